"""What is kept of a picture that somebody uploads."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from news.admin.uploads import encoded_again
from news.models import NewsImage
from tests.factories import make_user

HIDDEN = b"<script>alert(1)</script>"


def made(format_name: str, **options) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 30, 30)).save(written, format_name, **options)
    return written.getvalue()


def upload(content: bytes, name: str = "bild.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_what_hangs_behind_the_pixels_is_gone(format_name):
    kept = encoded_again(upload(made(format_name) + HIDDEN)).read()

    assert HIDDEN not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.format, picture.size) == (format_name, (40, 20))


def test_where_a_photograph_was_taken_is_gone_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010E] = "Garten von Jo Beispiel"
    exif.get_ifd(0x8825)[2] = (53.0, 33.0, 2.0)

    kept = encoded_again(upload(made("JPEG", exif=exif, comment=b"geheim")))

    with Image.open(kept) as picture:
        assert picture.size == (20, 40)
        assert dict(picture.getexif()) == {}
        assert "comment" not in picture.info


def test_the_colour_profile_stays():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    kept = encoded_again(upload(made("JPEG", icc_profile=profile)))

    with Image.open(kept) as picture:
        assert picture.info["icc_profile"] == profile


def test_an_animation_keeps_moving():
    frames = [Image.new("RGB", (10, 10), (80 * number, 0, 0)) for number in range(3)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], duration=70)

    kept = encoded_again(upload(written.getvalue(), "bild.gif"))

    with Image.open(kept) as picture:
        assert (picture.n_frames, picture.info["duration"]) == (3, 70)


@pytest.fixture
def editor(client, db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(make_user(groups=("Editors",)))
    return client


def add(client, file: SimpleUploadedFile):
    data = {"title": "Bild", "description": "Rot.", "file": file, "collection": 1, "tags": ""}
    return client.post("/admin/images/add/", data)


def test_the_admin_keeps_only_what_was_encoded_anew(editor):
    add(editor, upload(made("JPEG") + HIDDEN))

    with NewsImage.objects.get().file.open() as file:
        assert HIDDEN not in file.read()


def test_several_at_once_go_the_same_way(editor):
    answer = editor.post(
        "/admin/images/multiple/add/",
        {"title": "Bild", "files[]": upload(made("JPEG") + HIDDEN), "collection": 1},
        headers={"X-Requested-With": "XMLHttpRequest"},
    ).json()
    number = answer["uploaded_file_id"]
    prefix = f"uploaded-image-{number}"

    editor.post(
        f"/admin/images/multiple/create_from_uploaded_image/{number}/",
        {f"{prefix}-title": "Bild", f"{prefix}-description": "Rot.", f"{prefix}-tags": ""}
        | {f"{prefix}-collection": 1},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )

    with NewsImage.objects.get().file.open() as file:
        assert HIDDEN not in file.read()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bild.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("bild.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("bild.jpg", b"GIF89a<script>alert(1)</script>"),
        ("bild.jpg", made("JPEG")[:300]),
        ("bild.png", made("JPEG")),
        ("bild.jpg", b""),
    ],
)
def test_what_is_no_picture_is_refused(editor, name, content):
    answer = add(editor, upload(content, name))

    assert "file" in answer.context["form"].errors
    assert NewsImage.objects.count() == 0


def test_too_many_bytes_and_too_many_pixels_are_refused(editor, settings):
    settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE = 100
    assert "file" in add(editor, upload(made("JPEG"))).context["form"].errors

    settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10_000
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = 799
    assert "file" in add(editor, upload(made("JPEG"))).context["form"].errors
    assert NewsImage.objects.count() == 0
