"""A name is found however it was spelled: in another script, by another rule, without its marks."""

from __future__ import annotations

import pytest

from workflow.values.name_matching import folded_parts, folded_phone

SAME = [
    # Russian
    ("Иванова", "Ivanova"), ("Иванова", "Iwanowa"), ("ИВАНОВА", "ivanova"),
    ("Щербаков", "Shcherbakov"), ("Щербаков", "Scherbakov"), ("Щербаков", "Ščerbakov"), ("Щербаков", "Szczerbakow"),
    ("Юлия", "Yulia"), ("Юлия", "Iuliia"), ("Юлия", "Julia"), ("Юлия", "Yuliya"), ("Юлия", "Julija"),
    ("Пётр", "Петр"), ("Пётр", "Pyotr"), ("Пётр", "Petr"), ("Фёдоров", "Fedorov"), ("Алёна", "Alyona"),
    ("Елена", "Yelena"), ("Елена", "Elena"), ("Евгений", "Evgeny"), ("Евгений", "Yevgeniy"), ("Евгений", "Jewgenij"),
    ("Наталья", "Наталия"), ("Наталья", "Natalya"), ("Наталья", "Natalia"), ("Татьяна", "Tat'yana"),
    ("Александр", "Alexandr"), ("Александр", "Alexander"), ("Алексей", "Alexei"), ("Алексей", "Aleksey"),
    ("Ксения", "Xenia"),
    ("Дмитрий", "Dmitry"), ("Дмитрий", "Dmitrii"), ("Сергей", "Sergey"), ("Сергей", "Sergei"), ("Белый", "Bely"),
    ("Хабарова", "Khabarova"), ("Смирнов", "Smirnoff"), ("Чехов", "Chekhov"), ("Чехов", "Tschehow"),
    ("Жанна", "Zhanna"), ("София", "Sofiya"), ("София", "Sophia"), ("Софья", "Sofya"), ("Анна-Мария", "Anna Maria"),
    ("Цветаева", "Tsvetaeva"), ("Мюллер", "Müller"), ("Пётр", "Peter"), ("राम", "राम"),
    # Ukrainian and Belarusian
    ("Сергій", "Serhii"), ("Сергій", "Сергей"), ("Ольга", "Olha"), ("Галина", "Halyna"), ("Галина", "Galina"),
    ("Юлія", "Юлия"), ("Київська", "Kyivska"), ("Андрій", "Андрей"), ("Шевченко", "Ševčenko"),
    # Romanian of Moldova
    ("Țurcan", "Цуркан"), ("Ţurcan", "Țurcan"), ("Ștefan", "Stefan"), ("Ștefan", "Штефан"), ("Ceban", "Чебан"),
    ("Mihai", "Михай"), ("Gheorghe", "Георге"), ("Cebotar", "Чеботарь"), ("Ion", "Ион"),
    # Uzbek, Tajik, Kazakh, Kyrgyz
    ("Gʻulnora", "Гулнора"), ("Gʻulnora", "G'ulnora"), ("Toʻrayeva", "Тўраева"), ("Xasan", "Хасан"), ("Xasan", "Hasan"),
    ("Хасан", "Khasan"), ("Baxtiyor", "Бахтиёр"), ("Qodirov", "Қодиров"), ("Қодиров", "Кодиров"),
    ("Шаҳноза", "Shahnoza"),
    ("Ҷамшед", "Jamshed"), ("Ҷамшед", "Джамшед"), ("Ғулом", "Gulom"), ("Ӯктам", "Uktam"), ("Абдуллоҳ", "Abdulloh"),
    ("Қанат", "Qanat"), ("Әлия", "Aliya"), ("Айгүл", "Aigul"), ("Өмүрбек", "Omurbek"),
    # Azerbaijani, Turkish
    ("Əliyev", "Алиев"), ("Əliyev", "Aliyev"), ("Gülşen", "Гюльшен"), ("ŞAHİN", "Şahin"),
    ("Çelik", "Челик"),
    # Polish, German, Czech, Serbian
    ("Wiśniewski", "Висьневский"), ("Łukasz", "Lukasz"), ("Kovačević", "Ковачевич"), ("Kovačević", "Kovacevic"),
    ("Љиљана", "Ljiljana"), ("Đorđe", "Ђорђе"), ("Groß", "Gross"), ("Müller", "Muller"),
    # Georgian, Armenian, Greek, Arabic, Vietnamese, French
    ("გიორგი", "Giorgi"), ("მარიამ", "Mariam"), ("შოთა", "Shota"), ("ხათუნა", "Khatuna"), ("ჯანაშია", "Janashia"),
    ("Գայանե", "Gayane"), ("Աշոտ", "Ashot"), ("Հասմիկ", "Hasmik"), ("Սարգսյան", "Sargsyan"),
    ("Γιώργος", "Giorgos"), ("Παπαδόπουλος", "Papadopoulos"), ("أحمد", "احمد"), ("علی", "علي"),
    ("Nguyễn", "Нгуен"), ("Fatoumata", "Фатумата"), ("Abdullah", "Абдулла"),
]  # fmt: skip
OTHERS = [
    ("Иванова", "Иванов"), ("Мария", "Марина"), ("Юлия", "Юлиана"), ("Хасан", "Хусан"), ("Ольга", "Олеся"),
    ("Щербаков", "Черпаков"), ("Alexei", "Alexandr"), ("Петров", "Петренко"), ("Ion", "Ioana"), ("გიორგი", "გიგა"),
    ("Пётр", "Пестр"), ("Chen", "Shen"), ("Анна", "Яна"), ("Андрей", "Адриан"), ("أحمد", "محمد"), ("Nguyễn", "Nguyệt"),
    ("Kim", "Kem"), ("Борис", "Марис"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_name_in_two_spellings_is_one_name(one: str, other: str) -> None:
    assert folded_parts(one) == folded_parts(other) != ()


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_names_stay_two_names(one: str, other: str) -> None:
    assert folded_parts(one) != folded_parts(other)


def test_the_order_of_the_parts_and_initials_do_not_matter() -> None:
    assert folded_parts("Иванова Юлия П.") == folded_parts("Yulia IVANOVA")


def test_what_holds_no_letters_has_no_parts() -> None:
    assert folded_parts("12 -- !?") == ()
    assert folded_parts("") == ()


def test_folding_again_changes_nothing_that_matters() -> None:
    assert all(len(part) >= 2 for one, other in SAME for part in (*folded_parts(one), *folded_parts(other)))


def test_a_telephone_number_is_compared_by_its_digits() -> None:
    assert folded_phone("+7 (495) 797-87-22") == folded_phone("+74957978722") == "74957978722"
