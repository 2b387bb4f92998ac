/* Worker: looks for the number whose derived key begins as ALTCHA's challenge asks. */
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (array) => Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join("");

self.addEventListener("message", async ({ data: task }) => {
  const started = performance.now();
  const nonce = bytes(task.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  const counterView = new DataView(password.buffer, nonce.length);
  const rule = {
    name: "PBKDF2",
    hash: "SHA-256",
    salt: bytes(task.salt),
    iterations: task.cost,
  };
  for (let counter = 0; counter < 2 ** 32; counter += 1) {
    counterView.setUint32(0, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const bits = await crypto.subtle.deriveBits(rule, key, task.keyLength * 8);
    const derivedKey = hex(new Uint8Array(bits));
    if (derivedKey.startsWith(task.keyPrefix)) {
      self.postMessage({ counter, derivedKey, time: Math.round(performance.now() - started) });
      return;
    }
  }
});
