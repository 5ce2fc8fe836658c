/** Finds a model that speaks about what it is: "as an AI language model", in many languages. */
import { markAt, type Mark } from './mark';

/** A new sentence or clause begins here; "besser als KI" says nothing about the writer. */
const CLAUSE = '(?<=^|[\\n.!?,;:]\\s{0,3})';

/** All of it is for small letters. */
const SELF_TALK = new RegExp(
	[
		'\\bas an? (?:ai|artificial intelligence)(?: (?:language )?model| assistant|,| i\\b)|\\bas a (?:large )?language model\\b',
		"\\bi(?:['’]m| am) (?:just |only )?an? (?:ai|(?:large )?language model)\\b",
		"\\bi(?:['’]m| am) (?:sorry,? but i (?:can['’]?t|cannot|am unable)|unable to (?:assist|help|comply|fulfil))|\\bi (?:cannot|can['’]t) (?:fulfill?|assist|comply|help) with\\b",
		'\\bmy (?:knowledge cutoff|training data)\\b',
		`${CLAUSE}als (?:ki(?![\\p{L}-])|künstliche intelligenz|(?:ki-|großes )?sprachmodell)`,
		`${CLAUSE}en tant (?:que modèle (?:de langage|d['’]ia)|qu['’](?:ia(?!\\p{L})|intelligence artificielle))`,
		`${CLAUSE}como (?:modelo de lenguaje|una ia(?!\\p{L})|una inteligencia artificial|(?:um )?modelo de linguagem|uma ia(?!\\p{L}))`,
		`${CLAUSE}(?:come|in quanto) (?:modello linguistico|modello di linguaggio|intelligenza artificiale|ia(?!\\p{L}))`,
		`${CLAUSE}als (?:ai-(?:taal)?model|(?:groot )?taalmodel|ai(?![\\p{L}-]))`,
		`${CLAUSE}jako (?:model językowy|sztuczna inteligencja|ai(?!\\p{L}))`,
		'(?:ai|人工知能|言語モデル)として(?!の)|(?:作为|作為)(?:一个|一個|一名)?(?:ai|人工智能|(?:大型)?(?:语言|語言)模型)',
		'ในฐานะ(?:ที่เป็น)?\\s*(?:ai|ปัญญาประดิษฐ์|โมเดลภาษา|แบบจำลองภาษา)',
		'(?:بصفتي|كوني|باعتباري)\\s+(?:نموذج|ذكاء|روبوت)|كنموذج\\s+(?:لغوي|لغة|ذكاء)',
		`${CLAUSE}(?:как (?:языковая модель|ии(?!\\p{L})|искусственный интеллект)|як (?:мовна модель|ші(?!\\p{L})|штучний інтелект)|като (?:езиков модел|изкуствен интелект))`,
		`${CLAUSE}ως (?:γλωσσικό μοντέλο|(?:μοντέλο )?τεχνητή[ς]? νοημοσύνη)`,
		`${CLAUSE}som (?:en |ett )?(?:ai-(?:språkmodell|sprogmodel|assistent|modell?)|(?:stor )?(?:språkmodell|sprogmodel)|ai(?![\\p{L}-]))`,
		`${CLAUSE}(?:tekoälynä|kielimallina|jako (?:jazykový model|umělá inteligence)|nyelvi modellként|mesterséges intelligenciaként|ca (?:model (?:lingvistic|de limbaj)|inteligență artificială)|kao (?:jezični model|jezički model|umjetna inteligencija))`,
		`${CLAUSE}(?:bir )?(?:yapay zek[aâ]|(?:yapay zek[aâ] )?dil model)\\p{L}{0,4} olarak|${CLAUSE}(?:là|với tư cách là) (?:một )?(?:mô hình ngôn ngữ|trí tuệ nhân tạo|ai(?!\\p{L}))|${CLAUSE}sebagai (?:sebuah )?(?:model bahasa|ai(?!\\p{L})|kecerdasan buatan)`,
		'(?:ai|인공지능|언어 ?모델)\\s?(?:언어 ?모델)?(?:으?로서|으?로써)|(?:כמודל (?:שפה|בינה)|כבינה מלאכותית)|(?:एआई|ai|भाषा) ?(?:भाषा )?(?:मॉडल )?के (?:रूप में|तौर पर)|به عنوان (?:یک )?(?:مدل زبانی|هوش مصنوعی)',
	].join('|'),
	'u',
);

/** Every such sentence holds one of these: most texts hold none, and looking for a few letters is fast. */
const STEMS =
	"model|modèle|intelli|inteli|sorry|unable to|i cannot|i can't|i can’t|my knowledge|training data|an ai|a ai|als ki|als ai|com'ia|qu'ia|qu’ia|una ia|uma ia|come ia|quanto ia|jako ai|künstliche|taalmodel|sztuczna|として|作为|作為|ปัญญา|โมเดล|ฐานะ|بصفتي|كوني|باعتباري|كنموذج|языковая|как ии|искусств|мовна|штучн|як ші|езиков|изкуств|μοντέλο|τεχνητή|som ai|tekoäly|kielimalli|umělá|umjetna|yapay|ngôn ngữ|trí tuệ|là ai|là một ai|cách là|sebagai|로서|로써|כמודל|כבינה|के रूप|के तौर|به عنوان".split(
		'|',
	);

/** The first place where a text speaks of its author as a program. `small` is the text in small letters. */
export function selfTalkIn(small: string): Mark[] {
	if (!STEMS.some((stem) => small.includes(stem))) return [];
	const found = SELF_TALK.exec(small);
	return found ? [markAt(found)] : [];
}
