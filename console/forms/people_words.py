"""The words people write in a table of people: headings, genders, and what somebody is to another, as it is said."""

from collections.abc import Mapping
from typing import Final

# A column by the headings people give it, in small letters.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "имя", "фио", "ф.и.о."),
    "birth_date": ("birth date", "birth_date", "date of birth", "born", "дата рождения"),
    "gender": ("gender", "sex", "пол"),
    "citizenships": ("citizenship", "citizenships", "country", "гражданство", "страна"),
    "language": ("language", "язык"),
    "phone": ("phone", "telephone", "телефон"),
    "age_band": ("age", "age band", "age_band", "возраст"),
    "relation": ("relation", "is of the first", "кем приходится", "родство"),
}
GENDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "female": ("female", "f", "w", "woman", "girl", "женский", "ж", "жен", "женщина", "девочка", "девушка"),
    "male": ("male", "m", "man", "boy", "мужской", "м", "муж", "мужчина", "мальчик"),
    "transgender_feminine": ("transgender_feminine", "transgender woman", "трансгендерная женщина"),
    "transgender_masculine": ("transgender_masculine", "transgender man", "трансгендерный мужчина"),
    "non_binary": ("non_binary", "non-binary", "небинарный"),
    "not_said": ("not_said", "not said", "не указано"),
}
# What people are to the first, as people say it, besides the words of the forms.
RELATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "child": ("son", "daughter", "baby", "сын", "дочь", "дочка"),
    "parent": ("mother", "father", "мать", "мама", "отец", "папа"),
    "partner": ("wife", "husband", "spouse", "жена", "муж", "супруг", "супруга"),
    "sibling": ("brother", "sister", "брат", "сестра"),
    "relative": ("grandmother", "grandfather", "aunt", "uncle", "cousin", "niece", "nephew", "grandchild",
                 "бабушка", "дедушка", "тётя", "тетя", "дядя", "племянник", "племянница", "внук", "внучка"),
    "companion": ("friend", "друг", "подруга", "знакомая", "знакомый"),
}  # fmt: skip
