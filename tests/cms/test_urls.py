import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("folder", ["documents", "original_images"])
def test_files_with_readers_of_their_own_are_not_served_as_media(client, folder):
    path = settings.MEDIA_ROOT / folder / "geheim.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("nur für wenige")

    assert client.get(f"/media/{folder}/geheim.txt").status_code == 404
    assert client.get(f"/media/images/../{folder}/geheim.txt").status_code == 400
