"""One name in two spellings, by the language it comes from, and the rule that each second spelling follows.

The rules: Romanization tables of BGN/PCGN (one for each language), ICAO Doc 9303-3 (what stands in
passports), the
Ukrainian law of 2010, the Belarusian instruction of 2007, ISO 843, RTGS of Thailand, Hanyu Pinyin, Revised
Romanization
of Korea, Hunterian; and what people themselves type on a keyboard without the marks of their language. The
names are
common ones of public lists and nobody's.
"""

from typing import Final

PAIRS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "Romanian of Moldova: without marks, in Russian documents, in the Cyrillic used until 1989": (
        ("Țurcanu", "Turcanu"), ("Țurcanu", "Цуркану"), ("Turcanu", "Цуркану"), ("Țurcanu", "Ţurcanu"),
        ("Ciobanu", "Чобану"), ("Ciobanu", "Чебану"), ("Bejan", "Бежан"), ("Bejenaru", "Беженару"),
        ("Rusu", "Руссу"), ("Cojocaru", "Кожокару"), ("Ceban", "Чебан"), ("Lupașcu", "Lupascu"),
        ("Lupașcu", "Лупашку"),
        ("Moșneaga", "Мошняга"), ("Gheorghiță", "Георгица"), ("Munteanu", "Мунтяну"), ("Șoimu", "Soimu"),
        ("Vîrlan", "Вырлан"), ("Vârlan", "Virlan"), ("Cernea", "Черня"), ("Ecaterina", "Екатерина"),
        ("Ilinca", "Илинка"),
        ("Bătrînu", "Batranu"), ("Jitaru", "Житару"), ("Guțu", "Гуцу"), ("Guțu", "Gutu"), ("Ciorbă", "Чорба"),
    ),
    "Russian: passports (ICAO 9303 since 2014), GOST of 2000, BGN/PCGN, German and French letters, scholars'": (
        ("Цой", "Tsoi"), ("Щукина", "Shchukina"), ("Юрьева", "Yuryeva"), ("Юрьева", "Iureva"),
        ("Жукова", "Zhukova"),
        ("Жукова", "Joukova"), ("Хрущёва", "Khrushcheva"), ("Лукьянова", "Lukianova"),
        ("Подъячева", "Podieiacheva"), ("Ярослава", "Iaroslava"), ("Ярослава", "Jaroslawa"),
        ("Зайцева", "Saizewa"),
        ("Зайцева", "Zaytseva"), ("Наталья", "Nataliia"), ("Ульяна", "Uliana"), ("Чайковская", "Tchaikovskaia"),
        ("Горбачёва", "Gorbacheva"), ("Горбачёва", "Gorbachyova"), ("Эльвира", "Elvira"), ("Эдуард", "Eduard"),
        ("Тихонова", "Tikhonova"), ("Фаина", "Faina"), ("Любовь", "Liubov"), ("Любовь", "Lyubov"),
        ("Любовь", "Ljubov"),
        ("Ищенко", "Ischenko"), ("Майя", "Maya"), ("Вячеслав", "Viacheslav"), ("Семён", "Semyon"),
        ("Королёва", "Koroleva"),
    ),
    "Ukrainian (law of 2010) and how it is written in Russian": (
        ("Згорський", "Zghorskyi"), ("Гончаренко", "Honcharenko"), ("Гончаренко", "Goncharenko"),
        ("Кривий", "Kryvyi"),
        ("Кривий", "Кривой"), ("Олена", "Елена"), ("Олена", "Olena"), ("Микола", "Mykola"),
        ("Дмитро", "Dmytro"),
        ("Дмитро", "Дмитрий"), ("Ганна", "Hanna"), ("Любов", "Liubov"), ("Хмельницька", "Khmelnytska"),
        ("Євген", "Yevhen"), ("Євген", "Евгений"), ("Щербина", "Shcherbyna"), ("Тетяна", "Tetiana"),
        ("Тетяна", "Татьяна"),
        ("Наталія", "Nataliia"), ("Олексій", "Oleksii"), ("Олексій", "Алексей"), ("Ігор", "Ihor"),
        ("Ігор", "Игорь"),
        ("Ковальчук", "Kovalchuk"), ("Єлизавета", "Yelyzaveta"), ("Юрій", "Yurii"), ("Марʼяна", "Mariana"),
    ),
    "Belarusian (instruction of 2007) and how it is written in Russian": (
        ("Аляксандр", "Aliaksandr"), ("Аляксандр", "Александр"), ("Кацярына", "Katsiaryna"),
        ("Мікалай", "Mikalai"),
        ("Вольга", "Volha"), ("Вольга", "Ольга"), ("Сяргей", "Siarhei"), ("Сяргей", "Сергей"),
        ("Жанна", "Zhanna"), ("Юлія", "Yuliya"), ("Лукашэвіч", "Lukashevich"), ("Лукашэвіч", "Лукашевич"),
        ("Наталля", "Natallia"), ("Дзмітрый", "Dzmitry"), ("Дзмітрый", "Дмитрий"), ("Шаўчэнка", "Shauchenka"),
        ("Таццяна", "Tatsiana"), ("Ігар", "Ihar"), ("Уладзімір", "Uladzimir"),
    ),
    "Uzbek: the Latin of 1995, Cyrillic, and Russian documents": (
        ("Oʻgʻiloy", "Ўғилой"), ("Gʻaniyev", "Ганиев"), ("Gʻaniyev", "Ganiev"), ("Jamshid", "Жамшид"),
        ("Jamshid", "Джамшид"),
        ("Sherzod", "Шерзод"), ("Xurshida", "Хуршида"), ("Xurshida", "Hurshida"), ("Xurshida", "Khurshida"),
        ("Shoʻhrat", "Шуҳрат"), ("Joʻrayev", "Жўраев"), ("Joʻrayev", "Джураев"), ("Joʻrayev", "Juraev"),
        ("Yoʻldosheva", "Йўлдошева"), ("Yoʻldosheva", "Юлдашева"), ("Yoʻldosheva", "Yuldasheva"),
        ("Nigora", "Нигора"),
        ("Qosimova", "Касымова"), ("Qosimova", "Kosimova"), ("Feruza", "Феруза"), ("Choʻlpon", "Чулпон"),
        ("Dilnoza", "Дилноза"),
        ("Zulfiya", "Зульфия"), ("Muhammadjon", "Мухаммаджон"), ("Toshmatov", "Ташматов"),
        ("Xolmatov", "Холматов"),
    ),
    "Kyrgyz: BGN/PCGN, passports, and Russian documents": (
        ("Жылдыз", "Jyldyz"), ("Жылдыз", "Zhyldyz"), ("Жылдыз", "Zhyldyz"), ("Жаңыл", "Janyl"),
        ("Жаңыл", "Жанил"),
        ("Айжан", "Aijan"), ("Айжан", "Aizhan"), ("Гүлнара", "Gulnara"), ("Кенжебек", "Kenjebek"),
        ("Өмүрбекова", "Омурбекова"),
        ("Үсөнбаева", "Usonbaeva"), ("Токтогул", "Toktogul"), ("Нурбек", "Nurbek"), ("Чынара", "Chynara"),
        ("Чынара", "Чинара"),
        ("Жээнбекова", "Jeenbekova"), ("Асель", "Asel"), ("Бегимай", "Begimai"), ("Бегимай", "Begimay"),
    ),
    "Tajik: BGN/PCGN, passports, and Russian documents": (
        ("Ҷамила", "Jamila"), ("Ҷамила", "Джамиля"), ("Раҳмон", "Rahmon"), ("Раҳмон", "Рахмон"),
        ("Рахмонов", "Rakhmonov"),
        ("Меҳрӣ", "Mehri"), ("Хуҷаева", "Khujaeva"), ("Хуҷаева", "Ходжаева"), ("Шариф", "Sharif"),
        ("Ғафурова", "Gafurova"),
        ("Ғафурова", "Ghafurova"), ("Қурбонова", "Qurbonova"), ("Қурбонова", "Курбанова"), ("Зарина", "Zarina"),
        ("Сӯҳроб", "Suhrob"), ("Фирӯза", "Firuza"), ("Наҷмиддин", "Najmiddin"), ("Файзуллоев", "Fayzulloev"),
    ),
    "Kazakh: Cyrillic, the Latin of 2021, passports": (
        ("Жанар", "Zhanar"), ("Жанар", "Janar"), ("Әсел", "Асель"), ("Әсел", "Assel"),
        ("Нұрсұлтан", "Nursultan"),
        ("Нұрсұлтан", "Нурсултан"), ("Қайрат", "Kairat"), ("Қайрат", "Qairat"), ("Күләш", "Kulyash"),
        ("Гүлмира", "Gulmira"),
        ("Динара", "Dinara"), ("Ерлан", "Yerlan"), ("Шыңғыс", "Chingiz"), ("Шыңғыс", "Shyngys"),
        ("Айгерім", "Aigerim"),
        ("Айгерім", "Aygerim"), ("Бақытжан", "Bakytzhan"), ("Бақытжан", "Бахытжан"),
        ("Жұмабаева", "Zhumabayeva"),
    ),
    "Armenian: BGN/PCGN, passports, and Russian documents": (
        ("Հակոբյան", "Hakobyan"), ("Hakobyan", "Акопян"), ("Հակոբյան", "Акопян"), ("Հակոբյան", "Hagopian"),
        ("Գրիգորյան", "Григорян"), ("Հարությունյան", "Harutyunyan"), ("Harutyunyan", "Арутюнян"),
        ("Ղազարյան", "Ghazaryan"),
        ("Ghazaryan", "Казарян"), ("Հովհաննիսյան", "Hovhannisyan"), ("Խաչատրյան", "Khachatryan"),
        ("Խաչատրյան", "Хачатрян"), ("Մկրտչյան", "Mkrtchyan"), ("Անի", "Ani"), ("Նարինե", "Narine"),
        ("Ծովինար", "Tsovinar"),
        ("Ջեմմա", "Jemma"), ("Ջեմմա", "Джемма"), ("Աննա", "Анна"), ("Պետրոսյան", "Petrosyan"),
        ("Petrosyan", "Петросян"),
        ("Շուշան", "Shushan"), ("Աղասի", "Aghasi"), ("Սիրանուշ", "Siranush"),
    ),
    "Georgian: the national system of 2002, and Russian documents": (
        ("ნინო", "Nino"), ("თამარ", "Tamar"), ("ქეთევან", "Ketevan"), ("ქეთევან", "Кетеван"),
        ("ჯაფარიძე", "Japaridze"),
        ("ჯაფარიძე", "Джапаридзе"), ("ღვინიაშვილი", "Ghviniashvili"), ("Ghviniashvili", "Гвиниашвили"),
        ("ხატია", "Khatia"), ("ხატია", "Хатия"), ("ყიფიანი", "Qipiani"), ("Qipiani", "Кипиани"),
        ("ყიფიანი", "Kipiani"),
        ("ცისანა", "Tsisana"), ("ჭყონია", "Chkonia"), ("ჭყონია", "Чкония"), ("წერეთელი", "Tsereteli"),
        ("ზურაბ", "Зураб"),
        ("ჟუჟუნა", "Zhuzhuna"), ("ფირუზა", "Piruza"),
    ),
    "Azerbaijani: the Latin of 1992, without marks, passports, and Russian documents": (
        ("Əliyeva", "Aliyeva"), ("Əliyeva", "Алиева"), ("Həsənov", "Hasanov"), ("Həsənov", "Гасанов"),
        ("Hasanov", "Гасанов"),
        ("Məmmədova", "Mammadova"), ("Məmmədova", "Мамедова"), ("Mammadova", "Мамедова"),
        ("Hüseynova", "Гусейнова"),
        ("Huseynova", "Гусейнова"), ("Günay", "Гюнай"), ("Günay", "Gunay"), ("Aygün", "Айгюн"),
        ("Cavad", "Джавад"),
        ("Cavad", "Javad"), ("Ceyhun", "Джейхун"), ("Ceyhun", "Jeyhun"), ("Qasımova", "Касумова"),
        ("Qasımova", "Gasimova"),
        ("Şəbnəm", "Shabnam"), ("Şəbnəm", "Шабнам"), ("Xəyalə", "Khayala"), ("Xəyalə", "Хаяла"),
        ("Çingiz", "Чингиз"),
        ("Nigar", "Нигяр"), ("Vüqar", "Vugar"), ("Vüqar", "Вугар"),
    ),
    "Turkish: without marks, and in Russian": (
        ("Ayşe", "Ayse"), ("Ayşe", "Айше"), ("Çağla", "Cagla"), ("Yıldız", "Yildiz"), ("Yıldız", "Йылдыз"),
        ("Öztürk", "Ozturk"), ("Öztürk", "Озтюрк"), ("Güneş", "Gunes"), ("Cemal", "Джемаль"),
        ("Cemal", "Cemal"),
        ("Doğan", "Dogan"), ("Doğan", "Доган"), ("Şükrü", "Sukru"), ("Hatice", "Хатидже"), ("Gökçe", "Gokce"),
    ),
    "Vietnamese: without marks, and in Russian": (
        ("Đặng", "Dang"), ("Đặng", "Данг"), ("Nguyễn", "Nguyen"), ("Trần", "Tran"), ("Phạm", "Pham"),
        ("Phạm", "Фам"), ("Đỗ", "Do"), ("Hoàng", "Хоанг"), ("Huỳnh", "Huynh"), ("Thị", "Thi"),
        ("Thị", "Тхи"), ("Phương", "Фыонг"),
        ("Phương", "Phuong"), ("Đức", "Duc"), ("Thuỷ", "Thuy"), ("Lê", "Le"), ("Vũ", "Vu"), ("Bùi", "Буй"),
        ("Quỳnh", "Quynh"),
        ("Ngọc", "Нгок"), ("Hương", "Huong"), ("Linh", "Линь"),
    ),
    "Arabic: the spellings of passports of many countries, and Russian": (
        ("محمد", "Mohammed"), ("محمد", "Muhammad"), ("محمد", "Mohamed"), ("محمد", "Мухаммед"),
        ("محمد", "Мохаммад"),
        ("Mohammed", "Muhammad"), ("Mohamed", "Muhammad"), ("أحمد", "Ahmed"), ("أحمد", "Ahmad"),
        ("أحمد", "Ахмед"),
        ("فاطمة", "Fatima"), ("فاطمة", "Fatma"), ("فاطمة", "Фатима"), ("خديجة", "Khadija"),
        ("خديجة", "Хадиджа"),
        ("عائشة", "Aisha"), ("عائشة", "Aicha"), ("حسن", "Hassan"), ("حسين", "Hussein"), ("حسين", "Husain"),
        ("مريم", "Maryam"),
        ("مريم", "Мариам"), ("يوسف", "Yousef"), ("يوسف", "Youssef"), ("يوسف", "Yusuf"),
        ("إبراهيم", "Ibrahim"), ("مصطفى", "Mustafa"),
        ("زينب", "Zainab"), ("زينب", "Zeinab"), ("نور", "Nour"), ("نور", "Noor"), ("سعيد", "Said"),
        ("علي", "Ali"), ("خالد", "Khaled"),
        ("خالد", "Халид"), ("ليلى", "Layla"), ("ليلى", "Leila"), ("جمال", "Jamal"), ("جمال", "Джамал"),
        ("شيماء", "Shaimaa"), ("هدى", "Huda"), ("سلمى", "Salma"),
    ),
    "Persian and Dari, and in Russian": (
        ("حسینی", "Hosseini"), ("حسینی", "Хусейни"), ("زهرا", "Zahra"), ("گلناز", "Golnaz"),
        ("پروین", "Parvin"),
        ("احمدی", "Ahmadi"), ("احمدی", "Ахмади"), ("ژاله", "Zhaleh"),
    ),
    "German, Polish, Czech, Serbian, Bulgarian: without marks, and in Russian": (
        ("Müller", "Mueller"), ("Mueller", "Мюллер"), ("Schröder", "Schroeder"), ("Schröder", "Шрёдер"),
        ("Jäger", "Jaeger"),
        ("Jäger", "Егер"), ("Groß", "Gross"), ("Łukasz", "Лукаш"), ("Wójcik", "Wojcik"),
        ("Wójcik", "Войцик"), ("Dvořák", "Dvorak"),
        ("Dvořák", "Дворжак"), ("Đorđević", "Djordjevic"), ("Đorđević", "Dordevic"),
        ("Đorđević", "Джорджевич"), ("Željko", "Zeljko"),
        ("Šime", "Sime"), ("Щерев", "Shterev"), ("Ъгларов", "Aglarov"), ("Żaneta", "Zaneta"),
        ("Jóźwiak", "Jozwiak"),
    ),
    "English, French and Portuguese of Nigeria, Cameroon, Côte d'Ivoire: without marks, and in Russian": (
        ("Chukwu", "Чукву"), ("Ngozi", "Нгози"), ("Oluwaseun", "Олувасеун"), ("Ọlúwáṣeun", "Oluwaseun"),
        ("Adébáyò", "Adebayo"),
        ("Adébáyò", "Адебайо"), ("Ifeoma", "Ифеома"), ("Chinyere", "Чиньере"), ("Blessing", "Блессинг"),
        ("Joy", "Джой"),
        ("Osagie", "Осагие"), ("Joseph", "Джозеф"), ("Grace", "Грейс"), ("Ebele", "Эбеле"),
        ("Okoye", "Окойе"), ("Aïcha", "Aicha"),
        ("Françoise", "Francoise"), ("N'Guessan", "Nguessan"), ("Kouassi", "Куасси"), ("Traoré", "Traore"),
        ("Traoré", "Траоре"),
        ("Mamadou", "Мамаду"), ("Godwin", "Годвин"),
    ),
    "Filipino and Spanish: without marks, and in Russian": (
        ("Dela Cruz", "Dela Cruz"), ("Peña", "Pena"), ("Peña", "Пенья"), ("Reyes", "Рейес"),
        ("Bautista", "Баутиста"),
        ("Jocelyn", "Джоселин"), ("Marites", "Маритес"), ("Villanueva", "Вильянуэва"),
        ("González", "Gonzalez"), ("González", "Гонсалес"),
        ("Muñoz", "Munoz"), ("Jessica", "Джессика"), ("Ramírez", "Рамирес"),
    ),
    "Thai: RTGS": (
        ("สมชาย", "Somchai"), ("นภา", "Napha"), ("มาลี", "Mali"), ("สุดา", "Suda"), ("วันดี", "Wandi"),
    ),
    "Chinese: Hanyu Pinyin, with tones, and by Palladius in Russian": (
        ("王", "Wang"), ("李娜", "Li Na"), ("张丽", "Zhang Li"), ("Zhāng", "Zhang"), ("刘洋", "Liu Yang"),
        ("Wang", "Ван"), ("Zhao", "Чжао"),
    ),
    "Korean: Revised Romanization, and in Russian": (
        ("김", "Gim"), ("박민수", "Bakminsu"), ("Park", "Пак"), ("최", "Choe"),
    ),
    "Hindi, Nepali, Bengali: Hunterian without marks": (
        ("राम", "Ram"), ("सीता", "Sita"), ("अनीता", "Anita"), ("सुनील", "Sunil"), ("Sharma", "Шарма"),
        ("शर्मा", "Sharma"), ("রহিম", "Rahim"),
    ),
    "Hebrew, Amharic, Mongolian": (
        ("שרה", "Sarah"), ("דוד", "David"), ("አበበ", "Abebe"), ("ሰላም", "Selam"), ("Оюунчимэг", "Oyuunchimeg"),
        ("Батбаяр", "Batbayar"),
    ),
    "a letter missing, one too many, two exchanged, one for another": (
        ("Иванова", "Иваноа"), ("Иванова", "Ивановва"), ("Иванова", "Иавнова"), ("Иванова", "Ибанова"),
        ("Țurcanu", "Turcnu"),
        ("Rahmonova", "Rahmnova"), ("Nguyen", "Nguyn"), ("Shevchenko", "Shevchnko"), ("Hakobyan", "Hakoban"),
        ("Adebayo", "Adebao"),
        ("Александра", "Алексанра"), ("Mohammed", "Mohammd"), ("Фатима", "Фаима"), ("Кожокару", "Кожокау"),
        ("Ганна", "Гана"),
    ),
}  # fmt: skip

# One name by custom, and no spelling of it: whoever looks asks for the other one.
HEARD_TOO_DIFFERENTLY: Final = (
    ("Хрущёва", "Chruschtschowa"), ("Мікалай", "Николай"), ("Таццяна", "Татьяна"), ("Hovhannisyan", "Оганесян"),
    ("Trần", "Чан"), ("جمال", "Gamal"), ("رضا", "Reza"), ("José", "Хосе"),
)  # fmt: skip

# The common family or given names of a language: one must not be found with too many others.
COMMON: Final = {
    "Russian family names": """
        Смирнов Иванов Кузнецов Соколов Попов Лебедев Козлов Новиков Морозов Петров Волков Соловьёв Васильев
        Зайцев Павлов
        Семёнов Голубев Виноградов Богданов Воробьёв Фёдоров Михайлов Беляев Тарасов Белов Комаров Орлов
        Киселёв Макаров
        Андреев Ковалёв Ильин Гусев Титов Кузьмин Кудрявцев Баранов Куликов Алексеев Степанов Яковлев Сорокин
        Сергеев Романов
        Захаров Борисов Королёв Герасимов Пономарёв Григорьев Лазарев Медведев Ершов Никитин Соболев Рябов
        Поляков Цветков
        Данилов Жуков Фролов Журавлёв Николаев Крылов Максимов Сидоров Осипов Белоусов Федотов Дорофеев
        Егоров Матвеев Бобров
        Дмитриев Калинин Анисимов Петухов Антонов Тимофеев Никифоров Веселов Филиппов Марков Большаков
        Суханов Миронов Ширяев
        Александров Коновалов Шестаков Казаков Ефимов Денисов Громов Фомин Давыдов Мельников Щербаков Блинов
        Колесников""",
    "Russian given names of women": """
        Анна Мария Елена Ольга Наталья Екатерина Татьяна Ирина Светлана Юлия Анастасия Людмила Галина
        Валентина Надежда
        Виктория Любовь Марина Вера Евгения Александра Дарья Ксения Полина Алёна Оксана Лариса Нина Тамара
        Кристина
        Вероника Алина Валерия Елизавета Софья Диана Жанна Инна Зоя Раиса Лидия Маргарита Эльвира Карина Яна""",
    "Romanian family names": """
        Rusu Ceban Ciobanu Țurcan Cebotari Sîrbu Lungu Munteanu Rotari Popa Ursu Guțu Roșca Melnic Cojocari
        Moraru
        Balan Botnari Rotaru Tataru Grosu Cazacu Popescu Ionescu Dumitru Stan Gheorghe Matei Constantin Stoica
        Dinu Florea Dobre Barbu Nistor Bejan Vrabie Croitoru Plămădeală Negru""",
    "Uzbek, Tajik and Kyrgyz given names of women": """
        Гулнора Дилноза Нигора Зарина Мадина Шахноза Феруза Лола Нодира Малика Севара Умида Зилола Барно
        Дилфуза Мавлуда
        Фирӯза Парвина Шабнам Мехри Нилуфар Сайёра Гулбахор Айгүл Гүлнара Айжан Жылдыз Чынара Асель Бегимай
        Назгүл Элнура
        Бермет Нургүл Салтанат Динара Айнура Жамиля Рахат Венера""",
    "Armenian family names": """
        Հակոբյան Գրիգորյան Սարգսյան Հարությունյան Խաչատրյան Հովհաննիսյան Պետրոսյան Մարտիրոսյան Վարդանյան
        Կարապետյան
        Ղազարյան Ավետիսյան Մկրտչյան Դանիելյան Սիմոնյան Գևորգյան Մանուկյան Գասպարյան Դավթյան Աբրահամյան Պողոսյան
        Ստեփանյան Հայրապետյան Մինասյան Զաքարյան""",
    "Vietnamese family names": """
        Nguyễn Trần Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trương Mai Tô Trịnh Lưu Cao Châu
        Quách Tạ""",
    "Arabic given names": """
        محمد أحمد علي حسن حسين يوسف إبراهيم مصطفى خالد سعيد عمر جمال طارق نور فاطمة خديجة عائشة زينب مريم
        ليلى سلمى هدى
        رانيا سارة دينا ياسمين شيماء أسماء إيمان بسمة""",
    "Nigerian given and family names": """
        Okoye Okafor Adebayo Oluwaseun Chukwu Ngozi Ifeoma Chinyere Osagie Blessing Joy Grace Precious
        Adeyemi Balogun Eze
        Nwosu Igwe Obi Okonkwo Abubakar Musa Sani Danjuma Bello Ogunleye Afolabi Amaka Ebele Uche Efe Osaze
        Itohan Esosa""",
}
