<?php
// Makes a small newspaper through WordPress's own functions and prints its own export of it.
// Called with: php content.php <folder of WordPress>
define('WP_INSTALLING_NOW', true);
$_SERVER['HTTP_HOST'] = 'alt.example';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
error_reporting(E_ERROR);
$folder = $argv[1];
define('WP_INSTALLING', true);
require $folder . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Altes Blatt', 'chefin', 'chefin@alt.example', true, '', 'geheim-und-lang');
wp_set_current_user(1);
require_once ABSPATH . 'wp-admin/includes/admin.php';
update_option('siteurl', 'https://alt.example');
update_option('home', 'https://alt.example');
update_option('timezone_string', 'Europe/Berlin');
update_option('gmt_offset', '');
global $wp_rewrite;
$wp_rewrite->set_permalink_structure('/%year%/%monthnum%/%postname%/');
foreach (get_posts(['post_type' => 'any', 'numberposts' => -1, 'post_status' => 'any']) as $old) {
    wp_delete_post($old->ID, true);
}

$jana = wp_insert_user(['user_login' => 'jana', 'user_pass' => 'x', 'display_name' => 'Jana Beispiel',
    'user_email' => 'jana@alt.example', 'role' => 'author', 'description' => 'Schreibt über Häfen.']);
$politik = wp_insert_term('Politik', 'category', ['slug' => 'politik', 'description' => 'Rat & Tat'])['term_id'];
$kommunal = wp_insert_term('Kommunales', 'category', ['slug' => 'kommunales', 'parent' => $politik])['term_id'];

// A picture of the media library, as an upload leaves it.
$upload = wp_upload_bits('hafen.jpg', null, file_get_contents($argv[2]), '2020/05');
$picture = wp_insert_attachment(['post_title' => 'Hafen', 'post_mime_type' => 'image/jpeg',
    'post_excerpt' => 'Der Hafen. Foto: Jane Doe / Wikipedia (CC BY 2.0)', 'post_status' => 'inherit'],
    $upload['file']);
update_post_meta($picture, '_wp_attachment_image_alt', 'Kräne im Hafen');

function article($title, $content, $more = []) {
    global $jana, $kommunal;
    $id = wp_insert_post(wp_slash(array_merge([
        'post_title' => $title, 'post_content' => $content, 'post_status' => 'publish',
        'post_author' => $jana, 'post_date' => '2020-05-01 12:30:00', 'post_category' => [$kommunal],
        'tags_input' => ['Hafen', 'Zölle & Abgaben'], 'post_excerpt' => 'Worum es geht.',
    ], $more)), true);
    if (is_wp_error($id)) { fwrite(STDERR, $id->get_error_message()); exit(1); }
    return $id;
}

$first = article('Der Hafen & die „Zölle“', "Erster Absatz mit <strong>fett</strong>.\nZweite Zeile.\n\n"
    . "<h2>Zwischentitel</h2>\n[caption id=\"attachment_$picture\" align=\"alignleft\" width=\"60\"]"
    . '<img class="wp-image-' . $picture . '" src="' . $upload['url'] . '" alt="Kräne" /> Am Kai. Foto: Jane Doe / Wikipedia (CC BY 2.0)[/caption]'
    . "\n\n<blockquote>So ist es.<cite>Jana B., Ministerin</cite></blockquote>\n<ul>\n<li>eins</li>\n<li>zwei</li>\n</ul>\n"
    . "<script>alert(1)</script>\n\nhttps://www.youtube.com/watch?v=abcdefghijk\n\nSchluss.", ['post_name' => 'hafen']);
set_post_thumbnail($first, $picture);
stick_post($first);
$blocks = article('Blöcke', "<!-- wp:paragraph -->\n<p>Siehe <a href=\"" . get_permalink($first) . "\">hier</a>.</p>\n<!-- /wp:paragraph -->\n\n"
    . "<!-- wp:heading -->\n<h2 class=\"wp-block-heading\">Titel</h2>\n<!-- /wp:heading -->\n\n"
    . "<!-- wp:image {\"id\":$picture} -->\n<figure class=\"wp-block-image\"><img src=\"{$upload['url']}\" alt=\"Kräne\" class=\"wp-image-$picture\"/><figcaption>Am Kai</figcaption></figure>\n<!-- /wp:image -->\n\n"
    . "<!-- wp:table -->\n<figure class=\"wp-block-table\"><table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table></figure>\n<!-- /wp:table -->\n\n"
    . "<!-- wp:pullquote -->\n<figure class=\"wp-block-pullquote\"><blockquote><p>Kurz.</p></blockquote></figure>\n<!-- /wp:pullquote -->\n\n"
    . "<!-- wp:code -->\n<pre class=\"wp-block-code\"><code>a &lt; b</code></pre>\n<!-- /wp:code -->", ['post_name' => 'bloecke']);
article('Entwurf', 'Noch nicht.', ['post_status' => 'draft', 'post_name' => 'entwurf']);
article('Später', 'Kommt.', ['post_status' => 'future', 'post_date' => '2035-01-01 10:00:00', 'post_name' => 'spaeter']);
article('Privat', 'Nur wir.', ['post_status' => 'private', 'post_name' => 'privat']);
article('Gesperrt', 'Nur mit Wort.', ['post_password' => 'sesam', 'post_name' => 'gesperrt']);
wp_trash_post(article('Papierkorb', 'Weg.', ['post_name' => 'weg']));
$page = wp_insert_post(['post_type' => 'page', 'post_title' => 'Über uns', 'post_content' => 'Wir.', 'post_status' => 'publish', 'post_name' => 'ueber-uns']);
wp_insert_post(['post_type' => 'page', 'post_title' => 'Team', 'post_content' => 'Leute.', 'post_status' => 'publish', 'post_name' => 'team', 'post_parent' => $page]);

$base = ['comment_post_ID' => $first, 'comment_author_IP' => '203.0.113.9', 'comment_agent' => 'Geheimer Browser',
    'comment_date' => '2020-05-02 10:00:00', 'comment_date_gmt' => '2020-05-02 08:00:00'];
$one = wp_insert_comment($base + ['comment_author' => 'Leserin', 'comment_author_email' => 'leserin@example.org', 'comment_content' => 'Sehr <b>gut</b> & richtig', 'comment_approved' => 1]);
$two = wp_insert_comment($base + ['comment_author' => 'Leser', 'comment_author_email' => 'leser@example.org', 'comment_content' => 'Antwort', 'comment_approved' => 1, 'comment_parent' => $one]);
wp_insert_comment($base + ['comment_author' => 'Wartend', 'comment_author_email' => 'w@example.org', 'comment_content' => 'Wartet', 'comment_approved' => 0]);
wp_insert_comment($base + ['comment_author' => 'Fremdes Blog', 'comment_author_url' => 'https://fremd.example', 'comment_content' => 'Ping', 'comment_approved' => 1, 'comment_type' => 'pingback']);

require_once ABSPATH . 'wp-admin/includes/export.php';
export_wp();
