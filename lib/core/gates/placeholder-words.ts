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
	'الاسم|الاسم الأول|اسم العميل|اسم|اسم الشركة|اسم المستلم|اسمك|اسم شركتك|اسم المنتج|الاسم الكامل|اسم العائلة|اسم المرسل',
	'förnamn|efternamn|namn|kundnamn|företagsnamn|mottagare|fornavn|efternavn|etternavn|navn|kundenavn|firmanavn|virksomhedsnavn|modtager|mottaker',
	'etunimi|sukunimi|nimi|nimesi|asiakkaan nimi|yrityksen nimi|vastaanottaja',
	'jméno|příjmení|zákazník|název (?:společnosti|firmy)|priezvisko|názov firmy',
	'név|keresztnév|vezetéknév|ügyfél neve|cég neve|neved|címzett',
	'nume|prenume|numele|numele clientului|numele companiei|destinatar',
	'adı|adınız|isim|isminiz|soyad|soyadı|ad soyad|müşteri|alıcı',
	'имя|фамилия|отчество|фио|клиент|получатель|название компании',
	"ім'я|прізвище|клієнт|одержувач|назва компанії|име|презиме|име на клиента",
	'ime|prezime|priimek|ime kupca|naziv tvrtke',
	'όνομα|επώνυμο|ονοματεπώνυμο|όνομα πελάτη|όνομα εταιρείας',
	'お客様の名前|ご?担当者名?|貴社名|御社名|宛名|受取人|ご?氏名',
	'您的姓名|顧客姓名|客戶姓名|客户名|收件人|公司名|公司名稱|品牌名|联系人|聯絡人|用户名|产品名称|產品名稱|商品名称',
	'이름|성함|고객명|고객님? (?:성함|이름)|회사명|회사 이름|담당자명?|수신자|받는 사람|상품명|제품명|브랜드명',
	'ชื่อผู้รับ|ชื่อของคุณ|ชื่อสินค้า|ชื่อร้าน|ชื่อแบรนด์',
	'שם|שמך|שם הלקוח|שם החברה|שם פרטי|שם משפחה|שם המוצר|שם מלא',
	'नाम|आपका नाम|ग्राहक का नाम|कंपनी का नाम|उत्पाद का नाम',
	'tên|tên khách hàng|họ tên|họ và tên|tên công ty|tên (?:của )?bạn|tên sản phẩm',
	'nama|nama pelanggan|nama anda|nama perusahaan|nama lengkap|nama produk',
	'نام|نام مشتری|نام شما|نام شرکت|نام خانوادگی',
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
	'wochentag|adresse|telefonnummer|artikel|lieu|téléphone|articolo|luogo|lugar|teléfono|telefone|plaats|tijdstip|adres',
	'dato|pris|rabatt|päivämäärä|kaupunki|hinta|alennus|město|částka|sleva|odkaz|dátum|város|kedvezmény|dată|oraș|preț|reducere',
	'tarih|şehir|fiyat|tutar|indirim|bağlantı|дата|город|цена|сумма|ссылка|скидка|адрес|місто|ціна|знижка|посилання|ημερομηνία|πόλη|τιμή',
	'時間|場所|締切|時間|地点|地點|連結|날짜|시간|장소|금액|할인율|링크|תאריך|מחיר|קישור|עיר|तारीख|दिनांक|समय|मूल्य|शहर|लिंक',
	'ngày|giờ|giá|thành phố|liên kết|địa điểm|tanggal|waktu|harga|kota|tautan|lokasi|تاریخ|شهر|قیمت|لینک',
];

/** One of the words, with at most two before it and so many after it, and a number where there are several. */
function named(words: readonly string[], after: number): RegExp {
	const word = "[\\p{L}\\p{M}'’]+";
	const terms = '(?:only|excluded|included|apply|applies|per|required|free|off|available|extra|nur|pro|inklusive|gratis)(?!\\p{L})';
	return new RegExp(
		`^(?:${word}[ _-]){0,2}(?:${words.join('|')})s?(?:[ _-](?!${terms})${word}){0,${String(after)}}(?:[ _-]?\\d{1,2})?$`,
		'u',
	);
}

/** A word that names data, and whose: "link to the post", "Name deines Unternehmens". */
export const DATA_OF = new RegExp(
	`^(?:[\\p{L}\\p{M}'’]+ )?(?:${[...PERSONAL, ...OTHER].join('|')}|enlace|list|liste)s? (?:to|of|for|from|zu|zum|zur|für|des|der|deine[rs]|ihre[rs]|von|vom|de|du|d['’]|del|della|dell['’]|dello|do|da|dos|a|al|van|för|til|för|av|på|od|pro|на|для|για)(?:(?<=['’])|\\s)[\\p{L}\\p{M}'’ ]{2,50}$`,
	'u',
);

/** Words that end in a name of data, as German and its neighbours write them: Lieferdatum, bezorgdatum. */
export const COMPOUND_DATA =
	/^\p{L}{2,20}(?:datum|dato|name|naam|namn|navn|nummer|adresse|adres|preis|prijs|betrag|bedrag|titel|zeit|tijd|stadt)$/u;

/** Choices that nobody made: morning/afternoon/evening. */
export const UNMADE_CHOICE =
	/^(?!(?:and|und|et|y|e|en|i)\/)\p{Ll}[\p{L}\p{M} ]{2,24}(?:\s?\/\s?(?!(?:or|oder|ou|o|of)$)\p{Ll}[\p{L}\p{M} ]{2,24}){1,5}$/u;

/** First words of what stands on a button. */
export const BUTTON =
	/^(?:shop|buy|learn|read|book|get|see|view|order|start|join|watch|download|sign|register|claim|discover|explore|find|open|unsubscribe|contact|call|click|manage|update|try|subscribe|reserve|add|save|share|track|redeem|visit|go|check|apply|continue|confirm|pay|browse|listen|rate)(?!\p{L})/u;

/** The inside of a bracket, folded, that names data of a person or a firm: no text carries that as a tag. */
export const PERSONAL_DATA = named(PERSONAL, 2);

/** The same, and nothing else. */
export const BARE_DATA = new RegExp(`^(?:${[...PERSONAL, ...OTHER].join('|')})$`, 'u');

/** The inside of a bracket, folded, that names other data; it may also be a tag, as in "[Event] …". */
export const OTHER_DATA = named(OTHER, 1);

/** The inside of a bracket, folded, that tells somebody to write something there. */
export const INSTRUCTION =
	/^(?:insert|enter|add|fill|put|your|their|his|her|e\.?g\.?|placeholder|ihre?n?|deine?n?|bitte|einfügen|votre|ton|ta|insérer|insérez|ajouter|tu|su|inserte|insertar|añadir|il tuo|la tua|inserire|inserisci|seu|sua|inserir|insira|jouw|uw|vul|voeg|twoje|twój|wstaw|wpisz|ditt|infoga|ange|dit|din|indsæt|angiv|sett inn|lisää|syötä|kirjoita|vložte|zadejte|doplňte|vyplňte|vaše|írja|illessze|add meg|introduceți|inserați|adăugați|buraya|вставьте|укажите|введите|впишите|добавьте|ваш[еаи]?|вставте|вкажіть|введіть|ваші?|въведете|поставете|вашето|εισάγετε|συμπληρώστε|nhập|chèn|điền|masukkan|isi|sisipkan)(?!\p{L})|^(?:ここに|あなたの|貴社の|您的|你的|在此|此处|填写|填入|请输入|插入|여기에|귀하의|당신의|ใส่|กรอก|أدخل|ضع|הכנס|הזן|यहाँ|अपना|आपका|وارد)|(?:入力|挿入|입력|einfügen|hinzufügen|eintragen|डालें|girin|ekleyin|yazın)$/u;

/** Greetings that can stand alone ("Hi!"), but not with a gap before a comma. */
export const GREETINGS_WITHOUT_NAME =
	'hi|hello|hey|hi there|good morning|good evening|welcome|thanks|hallo|guten tag|guten morgen|moin|servus|grüezi|bonjour|salut|bonsoir|hola|buenos días|buenas tardes|ciao|buongiorno|salve|olá|oi|bom dia|hoi|goedemorgen|goedendag|cześć|hej|witaj|dzień dobry|こんにちは|你好|您好|สวัสดี(?:ค่ะ|ครับ)?|مرحبا|مرحبًا|أهلا|أهلاً';

/** Greetings that need a name after them. */
export const NAMED_GREETINGS =
	'dear|dear (?:mr|mrs|ms|dr)\\.?|(?:mr|mrs|ms)\\.?|liebe|lieber|liebe\\/r|liebe\\(r\\)|sehr geehrte|sehr geehrter|sehr geehrte (?:frau|damen)|sehr geehrter herr|cher|chère|cher\\/chère|querid[oa]|estimad[oa]|estimado\\/a|gentile|prezad[oa]|prezado\\/a|beste|geachte|geachte (?:heer|mevrouw)|drogi|droga|szanown[ya]|szanown[ya] pani?e?|尊敬的|敬爱的|เรียน(?:คุณ)?|คุณ|عزيزي|عزيزتي';

/** Names of HTML elements that mails and pages use. */
export const HTML_ELEMENTS: ReadonlySet<string> = new Set(
	'a abbr address article aside b big blockquote body br button center cite code col colgroup dd del details div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hr html i img ins kbd li link main mark meta nav ol p picture pre q s samp section small source span strike strong style sub summary sup svg table tbody td tfoot th thead time title tr tt u ul var video wbr'.split(
		' ',
	),
);
