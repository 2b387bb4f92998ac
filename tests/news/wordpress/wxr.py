"""Exports made for tests, in the form WordPress writes them."""

from pathlib import Path
from typing import Any

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0"
  xmlns:excerpt="http://wordpress.org/export/{version}/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:wfw="http://wellformedweb.org/CommentAPI/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/{version}/">
<channel>
<title>Altes Blatt</title><link>{url}</link><description>d</description>
<language>de-DE</language>
<wp:wxr_version>{version}</wp:wxr_version>
<wp:base_site_url>{url}</wp:base_site_url><wp:base_blog_url>{url}</wp:base_blog_url>
"""
URL = "https://alt.example"


def cdata(text: object) -> str:
    return "<![CDATA[" + str(text).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def writer(login: str, name: str = "", **extra: Any) -> str:
    return (
        f"<wp:author><wp:author_id>{extra.get('id', 1)}</wp:author_id>"
        f"<wp:author_login>{cdata(login)}</wp:author_login>"
        f"<wp:author_email>{cdata(f'{login}@alt.example')}</wp:author_email>"
        f"<wp:author_display_name>{cdata(name or login)}</wp:author_display_name>"
        "<wp:author_first_name></wp:author_first_name><wp:author_last_name></wp:author_last_name>"
        "</wp:author>\n"
    )


def category(slug: str, name: str = "", *, parent: str = "", id: int = 1, text: str = "") -> str:
    return (
        f"<wp:category><wp:term_id>{id}</wp:term_id>"
        f"<wp:category_nicename>{cdata(slug)}</wp:category_nicename>"
        f"<wp:category_parent>{cdata(parent)}</wp:category_parent>"
        f"<wp:cat_name>{cdata(name or slug.capitalize())}</wp:cat_name>"
        f"<wp:category_description>{cdata(text)}</wp:category_description></wp:category>\n"
    )


def tag(slug: str, name: str = "", *, id: int = 50) -> str:
    return (
        f"<wp:tag><wp:term_id>{id}</wp:term_id><wp:tag_slug>{cdata(slug)}</wp:tag_slug>"
        f"<wp:tag_name>{cdata(name or slug.capitalize())}</wp:tag_name></wp:tag>\n"
    )


def comment(id: int, text: str = "Text", **fields: Any) -> str:
    return (
        f"<wp:comment><wp:comment_id>{id}</wp:comment_id>"
        f"<wp:comment_author>{cdata(fields.get('author', 'Leser'))}</wp:comment_author>"
        f"<wp:comment_author_email>{cdata(fields.get('email', 'leser@example.org'))}"
        "</wp:comment_author_email>"
        "<wp:comment_author_url>https://leser.example/</wp:comment_author_url>"
        f"<wp:comment_author_IP>{cdata('203.0.113.77')}</wp:comment_author_IP>"
        "<wp:comment_agent><![CDATA[Mozilla/5.0 (geheim)]]></wp:comment_agent>"
        f"<wp:comment_date>{cdata(fields.get('date', '2020-05-02 10:00:00'))}</wp:comment_date>"
        f"<wp:comment_date_gmt>{cdata(fields.get('date_gmt', '2020-05-02 08:00:00'))}"
        "</wp:comment_date_gmt>"
        f"<wp:comment_content>{cdata(text)}</wp:comment_content>"
        f"<wp:comment_approved>{cdata(fields.get('approved', '1'))}</wp:comment_approved>"
        f"<wp:comment_type>{cdata(fields.get('type', 'comment'))}</wp:comment_type>"
        f"<wp:comment_parent>{fields.get('parent', 0)}</wp:comment_parent>"
        "<wp:comment_user_id>0</wp:comment_user_id></wp:comment>\n"
    )


def item(id: int, title: str = "", content: str = "", **fields: Any) -> str:
    get = fields.get
    slug = get("slug", f"artikel-{id}")
    link = get("link", f"{URL}/2020/05/{slug}/")
    terms = "".join(
        f'<category domain="{taxonomy}" nicename="{nicename}">{cdata(name)}</category>\n'
        for taxonomy, nicename, name in get("terms", [("category", "politik", "Politik")])
    )
    meta = "".join(
        f"<wp:postmeta><wp:meta_key>{cdata(key)}</wp:meta_key>"
        f"<wp:meta_value>{cdata(value)}</wp:meta_value></wp:postmeta>\n"
        for key, value in get("meta", {}).items()
    )
    url = get("attachment_url", "")
    return (
        f"<item><title>{cdata(title or f'Artikel {id}')}</title><link>{link}</link>"
        f"<dc:creator>{cdata(get('creator', 'jana'))}</dc:creator>"
        f'<guid isPermaLink="false">{URL}/?p={id}</guid><description></description>'
        f"<content:encoded>{cdata(content)}</content:encoded>"
        f"<excerpt:encoded>{cdata(get('excerpt', ''))}</excerpt:encoded>"
        f"<wp:post_id>{id}</wp:post_id>"
        f"<wp:post_date>{cdata(get('date', '2020-05-01 12:30:00'))}</wp:post_date>"
        f"<wp:post_date_gmt>{cdata(get('date_gmt', '2020-05-01 10:30:00'))}</wp:post_date_gmt>"
        f"<wp:post_modified>{cdata(get('modified', '2020-05-03 12:00:00'))}</wp:post_modified>"
        f"<wp:post_modified_gmt>{cdata(get('modified_gmt', '2020-05-03 10:00:00'))}"
        "</wp:post_modified_gmt>"
        f"<wp:comment_status>{cdata(get('comment_status', 'open'))}</wp:comment_status>"
        f"<wp:ping_status>{cdata('closed')}</wp:ping_status>"
        f"<wp:post_name>{cdata(slug)}</wp:post_name>"
        f"<wp:status>{cdata(get('status', 'publish'))}</wp:status>"
        f"<wp:post_parent>{get('parent', 0)}</wp:post_parent><wp:menu_order>0</wp:menu_order>"
        f"<wp:post_type>{cdata(get('type', 'post'))}</wp:post_type>"
        f"<wp:post_password>{cdata(get('password', ''))}</wp:post_password>"
        f"<wp:is_sticky>{get('sticky', 0)}</wp:is_sticky>"
        + (f"<wp:attachment_url>{cdata(url)}</wp:attachment_url>" if url else "")
        + terms
        + meta
        + "".join(get("comments", []))
        + "</item>\n"
    )


def attachment(id: int, url: str, title: str = "", **fields: Any) -> str:
    return item(
        id,
        title or f"Bild {id}",
        fields.pop("description", ""),
        type="attachment",
        status="inherit",
        attachment_url=url,
        terms=[],
        excerpt=fields.pop("caption", ""),
        **fields,
    )


def document(*parts: str, version: str = "1.2", url: str = URL) -> str:
    return HEAD.format(version=version, url=url) + "".join(parts) + "</channel></rss>\n"


def write(path: Path, *parts: str, **options: Any) -> Path:
    file = path / "export.xml"
    file.write_text(document(*parts, **options), "utf-8")
    return file
