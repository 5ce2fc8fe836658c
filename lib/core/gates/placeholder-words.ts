/**
 * Owns the words by which left-over placeholders are known, in the languages of the test corpus: what templates call the data they
 * wait for, greetings, and what models say about themselves. Words only; the rules are in placeholders.ts.
 */

const PERSONAL = [
	'first[ _-]?name|last[ _-]?name|full[ _-]?name|sur[ _-]?name|user[ _-]?name|company name|brand name|name|recipient|customer|client|sender|signature|job title|phone number|e-?mail address|x{2,}',
	'vorname|nachname|anrede|kunde|kundin|kundenname|firmenname|empfänger|absender',
	"prénom|nom|client|cliente|destinataire|nom de l'entreprise",
	'nombre|apellidos?|cliente|destinatario',
	'nome|cognome|destinatario|sobrenome|destinatário',
	'voornaam|achternaam|naam|klant|klantnaam|ontvanger|bedrijfsnaam',
	'imię|nazwisko|klient|odbiorca|imię i nazwisko|nazwa firmy',
	'お?名前|氏名|姓|名|お客様名|会社名|商品名|ブランド名|店舗名',
	'姓名|名字|名称|客户姓名|客户|公司名称|姓氏|称呼',
	'ชื่อ|นามสกุล|ชื่อลูกค้า|ชื่อ-นามสกุล|ชื่อบริษัท',
	'الاسم|الاسم الأول|اسم العميل|اسم|اسم الشركة|اسم المستلم',
];

const OTHER = [
	'company|business|organi[sz]ation|brand|product|service|item|user|member|date|day|month|year|time|deadline|city|town|country|location|address|street|store|shop|link|url|cta|website|e-?mail|phone|telephone|number|amount|price|discount|percentage|percent|code|coupon|voucher|title|position|role|industry|topic|event|team|contact|order|details?',
	'firma|unternehmen|produkt|datum|ort|stadt|betrag|preis|rabatt|marke|uhrzeit|anzahl',
	'entreprise|société|produit|ville|montant|prix|remise|marque|lien|heure',
	'empresa|producto|fecha|ciudad|importe|precio|descuento|marca|enlace|hora',
	'azienda|prodotto|data|città|importo|prezzo|sconto|ora|produto|cidade|valor|preço|desconto',
	'bedrijf|stad|bedrag|prijs|korting|merk|miasto|kwota|cena|rabat|marka|godzina',
	'日付|都市|金額|価格|割引|公司|产品|商品|日期|城市|金额|价格|折扣|品牌|链接',
	'บริษัท|สินค้า|วันที่|เมือง|ราคา|ส่วนลด|แบรนด์|الشركة|المنتج|التاريخ|المدينة|السعر|الخصم|المبلغ',
];

/** One of the words, with at most two before it and one after it. */
function named(words: readonly string[]): RegExp {
	return new RegExp(`^(?:[\\p{L}\\p{M}'’]+[ _-]){0,2}(?:${words.join('|')})s?(?:[ _-][\\p{L}\\p{M}'’]+)?$`, 'u');
}

/** The inside of a bracket, folded, that names data of a person or a firm: no text carries that as a tag. */
export const PERSONAL_DATA = named(PERSONAL);

/** The inside of a bracket, folded, that names other data; it may also be a tag, as in "[Event] …". */
export const OTHER_DATA = named(OTHER);

/** The inside of a bracket, folded, that tells somebody to write something there. */
export const INSTRUCTION =
	/^(?:insert|enter|add|fill|put|your|their|his|her|e\.?g\.?|placeholder|ihre?n?|deine?n?|bitte|einfügen|votre|ton|ta|insérer|insérez|ajouter|tu|su|inserte|insertar|añadir|il tuo|la tua|inserire|inserisci|seu|sua|inserir|insira|jouw|uw|vul|voeg|twoje|twój|wstaw|wpisz)(?!\p{L})|^(?:ここに|あなたの|您的|你的|在此|此处|插入|ใส่|กรอก|أدخل|ضع)/u;

/** Greetings that can stand alone ("Hi!"), but not with a gap before a comma. */
export const GREETINGS_WITHOUT_NAME =
	'hi|hello|hey|hi there|good morning|good evening|welcome|thanks|hallo|guten tag|guten morgen|moin|servus|grüezi|bonjour|salut|bonsoir|hola|buenos días|buenas tardes|ciao|buongiorno|salve|olá|oi|bom dia|hoi|goedemorgen|goedendag|cześć|hej|witaj|dzień dobry|こんにちは|你好|您好|สวัสดี(?:ค่ะ|ครับ)?|مرحبا|مرحبًا|أهلا|أهلاً';

/** Greetings that need a name after them. */
export const NAMED_GREETINGS =
	'dear|dear (?:mr|mrs|ms|dr)\\.?|(?:mr|mrs|ms)\\.?|liebe|lieber|liebe\\/r|liebe\\(r\\)|sehr geehrte|sehr geehrter|sehr geehrte (?:frau|damen)|sehr geehrter herr|cher|chère|cher\\/chère|querid[oa]|estimad[oa]|estimado\\/a|gentile|prezad[oa]|prezado\\/a|beste|geachte|geachte (?:heer|mevrouw)|drogi|droga|szanown[ya]|szanown[ya] pani?e?|尊敬的|敬爱的|เรียน(?:คุณ)?|คุณ|عزيزي|عزيزتي';

/** A new sentence or clause begins here; "besser als KI" says nothing about the writer. */
const CLAUSE = '(?<=^|[\\n.!?,;:]\\s{0,3})';
const LINE = '(?<=^|\\n)[^\\S\\n]{0,20}';

/** What a model says about itself or its task instead of doing it. */
export const MODEL_TALK = [
	'\\bas an? (?:ai|artificial intelligence)(?: (?:language )?model| assistant|,| i\\b)|\\bas a (?:large )?language model\\b',
	"\\bi(?:['’]m| am) (?:just |only )?an? (?:ai|(?:large )?language model)\\b",
	"\\bi(?:['’]m| am) (?:sorry,? but i (?:can['’]?t|cannot|am unable)|unable to (?:assist|help|comply|fulfil))|\\bi (?:cannot|can['’]t) (?:fulfill?|assist|comply|help) with\\b",
	`${LINE}(?:sure|certainly|of course|absolutely)[!,.]? (?:here['’]s|here is|here are)\\b`,
	`${LINE}here(?:['’]s| is| are) [^\\n:]{0,60}(?:subject line|e-?mail|draft|version|copy)s?\\b[^\\n:]{0,40}:`,
	'\\bmy (?:knowledge cutoff|training data)\\b',
	`${CLAUSE}als (?:ki(?![\\p{L}-])|künstliche intelligenz|(?:ki-|großes )?sprachmodell)`,
	`${CLAUSE}en tant (?:que modèle (?:de langage|d['’]ia)|qu['’](?:ia(?!\\p{L})|intelligence artificielle))`,
	`${CLAUSE}como (?:modelo de lenguaje|una ia(?!\\p{L})|una inteligencia artificial|(?:um )?modelo de linguagem|uma ia(?!\\p{L}))`,
	`${CLAUSE}(?:come|in quanto) (?:modello linguistico|modello di linguaggio|intelligenza artificiale|ia(?!\\p{L}))`,
	`${CLAUSE}als (?:ai-(?:taal)?model|(?:groot )?taalmodel|ai(?![\\p{L}-]))`,
	`${CLAUSE}jako (?:model językowy|sztuczna inteligencja|ai(?!\\p{L}))`,
	'(?:AI|人工知能|言語モデル)として(?!の)|(?:作为|作為)(?:一个|一個|一名)?(?:AI|人工智能|(?:大型)?(?:语言|語言)模型)',
	'ในฐานะ(?:ที่เป็น)?\\s*(?:AI|ปัญญาประดิษฐ์|โมเดลภาษา|แบบจำลองภาษา)',
	'(?:بصفتي|كوني|باعتباري)\\s+(?:نموذج|ذكاء|روبوت)|كنموذج\\s+(?:لغوي|لغة|ذكاء)',
].join('|');

/** Names of HTML elements that mails and pages use. */
export const HTML_ELEMENTS: ReadonlySet<string> = new Set(
	'a abbr address article aside b big blockquote body br button center cite code col colgroup dd del details div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hr html i img ins kbd li link main mark meta nav ol p picture pre q s samp section small source span strike strong style sub summary sup svg table tbody td tfoot th thead time title tr tt u ul var video wbr'.split(
		' ',
	),
);
