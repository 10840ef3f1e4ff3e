"""Other 8-bit alphabets are not read as Western text without a word; Western text is never refused."""

from pathlib import Path

import pytest
from uploads import Bad, Good, assert_read, assert_refused, write

from marketing import sources

WESTERN = {
    "Spanish": "El señor de los años: qué mañana más fría, ¿vergüenza o corazón? Él también, según mamá",
    "Catalan": "Cançó d'amor, l'última pel·lícula, això és çó que és, veïns de Lluís i Òscar",
    "French": "L'été où j'étais là, garçon; Noël à l'hôpital, maître des îles, œuf, naïf, aiguë, où ça?",
    "German": "Über allen Gipfeln: größer, schöner, süße Äpfel, Öl, Straße, Café",
    "Portuguese": "A canção não é só coração: avó, avô, três irmãos, às vezes você põe pé, júri, Água",
    "Italian": "Perché la città è così, più virtù, però, È già lunedì",
    "Swedish": "Så som i himmelen, på ön där älven är, Åsa, Ängeln, idé",
    "Danish": "En kongelig affære, på øen, bølgen, Ærø, Århus, én",
    "Norwegian": "Bølgen, Kon-Tiki på sjøen, Ås, være, òg, fôr",
    "Icelandic": "Það er nýtt: Mýrin, Hross í oss, íþrótt, Guðrún og Þór, sýna, ástin, ævi, Björk",
    "Finnish": "Mies vailla menneisyyttä, Äiti, yö, Kööpenhamina, ruotsalainen Åland, šakki",
    "Dutch": "Zoë en de ideeën, reünie, één, hè, Israël, coördinatie",
}
MIXED = "Amélie, Señor, Bjørn, Übermensch, São, Përmet, Così, Ødegård, Mýrin, Þór, Sigurður"
FOREIGN = {
    "Czech": ("cp1250", "Dvořák a Jiří, Příliš žluťoučký kůň, Český Těšín"),
    "one Czech name": ("cp1250", "Dvořák"),
    "Hungarian": ("cp1250", "Erdő, gyűjtő és fűző, nőknek, hősök, tűzoltó"),
    "Turkish": ("cp1254", "Çalıkuşu, Işık, Kış Uykusu, Aşk, Ayşe, kırmızı"),
    "short Russian words": ("cp1251", "Он и я, мы, ты, да"),
    "short Greek words": ("cp1253", "Εγώ και συ, το, να"),
    "Romanian": ("cp1250", "Țară, țări, frații, împărți".replace("ț", "ţ").replace("Ț", "Ţ")),
    "euros of ISO 8859-15": ("iso8859-15", "12 €, café"),
}


def titled(*titles: str) -> str:
    return "person,name\n" + "".join(f'p{at},"{title}"\n' for at, title in enumerate(titles, 1))


def read_as(words: list[str]) -> dict[str, list[object]]:
    return {"person": [f"p{at}" for at in range(1, len(words) + 1)], "name": list(words)}


@pytest.mark.parametrize("text", [*WESTERN.values(), MIXED], ids=[*WESTERN, "mixed"])
def test_western_text_is_read_and_told_as_a_guess(text: str, tmp_path: Path) -> None:
    for words in ([text], text.split()):
        upload = Good("", titled(*words).encode("cp1252"), read_as([w.replace(",", ",") for w in words]), "audience")
        assert_read(upload, tmp_path)
        notes = sources.read(write(tmp_path, upload), "audience").notes
        assert any("Read as Windows-1252, for example" in note for note in notes)


@pytest.mark.parametrize("code, text", FOREIGN.values(), ids=list(FOREIGN))
def test_another_alphabet_is_refused(code: str, text: str, tmp_path: Path) -> None:
    words = ("another encoding", "not known", "again as UTF-8")
    assert_refused(Bad("", titled(text).encode(code), words, "audience"), tmp_path)


def test_a_lone_odd_word_among_many_is_the_example_of_the_guess(tmp_path: Path) -> None:
    upload = Good("", titled(*["Amélie"] * 9, "Dvoøák").encode("cp1252"), {}, "audience")
    notes = sources.read(write(tmp_path, upload), "audience").notes
    assert "Read as Windows-1252, for example 'Dvoøák' in line 11. If that is wrong, save the file as UTF-8." in notes


def test_plain_text_is_no_guess(tmp_path: Path) -> None:
    assert sources.read(write(tmp_path, Good("", titled("Amelie", "Amélie"), {}, "audience")), "audience").notes == []
