"""A handful of messages about three of the town's services, enough to learn from in a blink."""

from vefa.directory.models import ServiceExample
from vefa.triage.learned.samples import Sample

SAID = {
    "pothole": [
        "Asfalt çökmüş, araba sarsılıyor", "Yolun ortası oyulmuş, jant kırıldı", "Asfalt parça parça oldu",
        "Tekerim oyuğa düştü, asfalt yok", "Yol oyuk içinde, jantım eğildi",
    ],
    "street_light": [
        "Akşam sokak zifiri karanlık", "Direkler üç gündür yanmıyor, karanlık", "Ampul sönük, göremiyoruz",
        "Gece direğin ampulü sönüyor", "Sokağımız karanlık, direk yanmıyor",
    ],
    "tree": [
        "Çınar devrilecek gibi eğildi", "Rüzgârda çam eğildi, kırılıyor", "Kavak gövdesi çürümüş, devrilir",
        "Çürük çınar gövdesi eğik duruyor", "Çam kurumuş, rüzgârda devrilecek",
    ],
}  # fmt: skip
FRESH = {
    "pothole": "Asfalttaki oyuk jantımı kırdı",
    "street_light": "Direk sönük, her yer karanlık",
    "tree": "Eğik çınar rüzgârda devrilir",
}


def samples() -> list[Sample]:
    return [Sample(text, "tr", code) for code, texts in SAID.items() for text in texts]


def lay_down(town, *codes: str) -> None:
    """Give the town's services these messages as examples."""
    ServiceExample.objects.bulk_create(
        ServiceExample(service=getattr(town, code), language="tr", text=text)
        for code in codes or SAID
        for text in SAID[code]
    )
