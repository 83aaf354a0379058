"""Words of which handles are made, in the languages of programmes: written by us, and nothing in them wounds.

Weather, plants, water, things of a house. No animals, no colours, nothing of a body, of a country or a faith, nothing
soft or sweet, nobody's first name, and no word of the trade from which people come.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Language = Literal["en", "ru"]


class HandleWords(NamedTuple):
    """A language's words, and how two of them become a handle."""

    adjectives: tuple[str, ...]
    nouns: tuple[tuple[str, str], ...]  # each with its gender: m, f or n; English has none

    @property
    def pairs(self) -> int:
        """Return how many handles of two words there are."""
        return len(self.adjectives) * len(self.nouns)

    def pair(self, number: int) -> str:
        """Return the handle of a number.

        >>> WORDS["en"].pair(0), WORDS["ru"].pair(1)
        ('Ample Acorn', 'Бодрая арка')
        """
        adjective, noun = divmod(number % self.pairs, len(self.nouns))
        return _joined(self.adjectives[adjective], *self.nouns[noun])


def agreeing(adjective: str, gender: str) -> str:
    """Return a Russian adjective, told in its masculine form, in another gender.

    >>> [agreeing("тихий", gender) for gender in "mfn"], agreeing("ранний", "n"), agreeing("лесной", "f")
    (['тихий', 'тихая', 'тихое'], 'раннее', 'лесная')
    """
    if gender == "m":
        return adjective
    stem, soft = adjective[:-2], adjective.endswith("ний")
    feminine, neuter = ("яя", "ее") if soft else ("ая", "ее" if adjective.endswith("щий") else "ое")
    return stem + (feminine if gender == "f" else neuter)


def _joined(adjective: str, noun: str, gender: str) -> str:
    return f"{agreeing(adjective, gender)} {noun}".capitalize() if gender else f"{adjective} {noun}".title()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _nouns(gender: str, text: str) -> tuple[tuple[str, str], ...]:
    return tuple((noun, gender) for noun in text.split())


_ENGLISH: Final = HandleWords(
    _words(
        """
        ample ancient autumn balanced bold brave breezy bright brisk calm careful cheerful clear clever coastal crisp
        curious dewy distant early elegant endless evening even famous fine fleet floral friendly gentle glad
        glowing graceful grand hardy helpful hilly honest hopeful humming inland keen kind lasting leafy lively lofty
        lucid lunar lyrical maritime mellow melodic midday mild misty modern morning mossy musical neat nimble noble
        open orderly patient peaceful placid playful polished precise quick quiet radiant ready rolling sandy scenic
        serene shining simple sincere snowy solar solid sparkling spring starry stately steady still sturdy summer
        sunlit sunny swift thoughtful tidy timely tranquil upland valiant vast vivid watchful wide windy winter wise
        wooden woven
        """
    ),
    _nouns(
        "",
        """
        acorn anchor apple arch atlas balcony barley basket beacon bell bench birch blossom bookshelf branch bridge
        brook button canvas chestnut chord clock cloud clover coast comet compass corner courtyard creek delta dune
        easel echo elm feather field flute forest fountain garden gate glade glen grove guitar harbour hill horizon
        island juniper kettle ladder lagoon lake lamp lantern lavender leaf lemon library lighthouse lilac linden
        magnet maple meadow melody mill mint moon moss mountain notebook oak oasis ocean orchard orchid paddle pebble
        pencil piano pine planet plum pond poplar prairie puzzle quartz quill reed ribbon ridge river roof sail
        sapling shell shore sky spark spruce star stone stream sunrise table teapot thicket thimble thyme tide tower
        tree tulip valley verse violin walnut waterfall wave wheat willow window
        """,
    ),
)
_RUSSIAN: Final = HandleWords(
    _words(
        """
        бодрый быстрый бархатный безмятежный берёзовый вечерний ветреный весенний внимательный волшебный весёлый
        горный дальний добрый дубовый заботливый закатный задумчивый звонкий звёздный зимний звенящий изящный
        искристый каменный кленовый крепкий кружевной лесной летний луговой лунный лучистый льняной медный медовый
        мелодичный мирный морской мудрый музыкальный мятный надёжный новый облачный озёрный ореховый осенний островной
        отважный открытый парящий певучий плавный плетёный поющий полевой полуденный праздничный прибрежный приветливый
        приморский прочный проворный просторный прохладный пёстрый ранний рассветный резной речной росистый ровный
        садовый серебряный сияющий сказочный славный смелый снежный солнечный сосновый спокойный старинный степной
        терпеливый тихий точный травяной узорный утренний уютный фарфоровый хрустальный цветочный цветущий честный
        чудесный чёткий шёлковый широкий яблочный янтарный яркий ясный
        """
    ),
    (
        *_nouns(
            "f",
            """
            аллея арка башня беседка берёза весна волна галактика гавань гитара гора груша долина ель звезда искра
            калитка картина книга комета корзина крыша лампа лестница липа лодка луна мельница мелодия мозаика мята
            незабудка осень песня планета площадь поляна пристань равнина река ромашка роса роща рябина сирень скамейка
            скатерть скрипка слива смородина снежинка сосна страница терраса тетрадь тишина тропинка флейта черёмуха
            чашка шкатулка
            """,
        ),
        *_nouns(
            "m",
            """
            аккорд альбом атлас балкон берег блокнот василёк вальс ветер вечер водопад глобус горизонт дворик дуб
            зонтик залив камень карандаш каштан клевер клён колокольчик компас кувшин лес лист луг маяк мольберт мост
            океан орех остров парус перевал пион полдень причал пруд рассвет родник рояль ручей сад самовар снег тополь
            тюльпан узор утёс фонарь фонтан холм чабрец чайник шалфей ясень
            """,
        ),
        *_nouns(
            "n",
            """
            блюдце взморье весло дерево зеркало кресло кружево крыльцо лето лукошко море небо облако озеро окно перо
            плато побережье поле полотно созвездие солнце утро ущелье эхо яблоко
            """,
        ),
    ),
)
WORDS: Final[Mapping[Language, HandleWords]] = {"en": _ENGLISH, "ru": _RUSSIAN}
