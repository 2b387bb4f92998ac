<?php
// Installs WordPress and writes one article with the text and comments that are measured.
// Called with: php wordpress_article.php <folder of WordPress> <file with the text>
$_SERVER['HTTP_HOST'] = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
error_reporting(E_ERROR);
define('WP_INSTALLING', true);
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Blatt', 'chefin', 'chefin@alt.example', true, '', 'geheim-und-lang');
$id = wp_insert_post(['post_title' => 'Meldung', 'post_status' => 'publish', 'post_author' => 1,
    'post_content' => file_get_contents($argv[2])]);
for ($number = 0; $number < 20; $number++) {
    wp_insert_comment(['comment_post_ID' => $id, 'comment_author' => 'Leserin',
        'comment_content' => 'Das sehe ich anders.', 'comment_approved' => 1]);
}
echo '/?p=' . $id;
