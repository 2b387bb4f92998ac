"""The words of a body that readers read, taken from what is stored: no query."""

from collections.abc import Iterator

from wagtail.blocks import StreamValue

# Parts of a body that are looked at rather than read.
NOT_READ = {"image", "gallery", "embed", "read_also", "pull_quote", "code"}


def of(body: StreamValue | None) -> Iterator[str]:
    """Yield what is to be read, block by block."""
    for raw in body.raw_data if body else ():
        block = body.stream_block.child_blocks.get(raw["type"])
        if block is not None and raw["type"] not in NOT_READ:
            value = block.to_python(raw["value"])
            yield from (str(text) for text in block.get_searchable_content(value))
