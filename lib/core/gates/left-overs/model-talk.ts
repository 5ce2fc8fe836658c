/**
 * Finds a model that talks about its task instead of doing it: an announcement before the text, a proposal to change it behind it, a word
 * about who asked, counts of words, refusals. It looks at the beginning and at the end of a text only, so its time does not grow with it.
 */
import { TASK_WORDS, type TaskWords } from './task-words';
import { markAt, smallLetters, type Mark } from './mark';

/** An announcement stands in the first line, which is not long. */
const HEAD_CHARACTERS = 320;
const LINE_CHARACTERS = 240;
/** A proposal stands in the last sentences. */
const TAIL_CHARACTERS = 320;

interface Pair {
	readonly proposal: RegExp;
	readonly change: RegExp;
}

/** The words of the languages that are written alike. All patterns are for small letters: looking for either case takes twice as long. */
interface Group {
	readonly sign: RegExp;
	readonly yes: RegExp;
	readonly here: RegExp;
	readonly text: RegExp;
	/** What every word for a user holds: looking for a few letters is the faster way to see that there is none. */
	readonly users: readonly string[];
	readonly asker: RegExp;
	readonly proposal: RegExp;
	readonly pairs: readonly Pair[];
}

/** Scripts with spaces between words: a word begins and ends where no letter goes on. */
const BEFORE_WORD = '(?<![\\p{L}\\p{M}])';
const AFTER_WORD = '(?![\\p{L}\\p{M}])';

const SCRIPTS: readonly { readonly sign: RegExp; readonly isSpaced: boolean; readonly users: string }[] = [
	{
		sign: /[a-z]/u,
		isSpaced: true,
		users:
			'user nutzer utilisat usuari utente utiliza gebruiker użytkowni använda brugeren brukeren käyttäjä uživatel používate felhaszn korisni uporabni kullanıcı dùng pengguna',
	},
	{ sign: /[\p{Script=Cyrillic}\p{Script=Greek}]/u, isSpaced: true, users: 'пользовател користувач потребител корисник χρήστης' },
	{ sign: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Thai}]/u, isSpaced: false, users: 'ユーザー 利用者 用户 使用者 ผู้ใช้ ยูสเซอร์' },
	{ sign: /\p{Script=Hangul}/u, isSpaced: false, users: '사용자' },
	{ sign: /\p{Script=Devanagari}/u, isSpaced: false, users: 'उपयोगकर्ता यूज़र यूजर' },
	{ sign: /[\p{Script=Arabic}\p{Script=Hebrew}]/u, isSpaced: true, users: 'المستخدم המשתמש کاربر' },
];

const GROUPS: readonly Group[] = SCRIPTS.map(({ sign, isSpaced, users }) => {
	const words = TASK_WORDS.filter(({ yes }) => SCRIPTS.find((script) => script.sign.test(yes))?.sign === sign);
	const [before, after] = isSpaced ? [BEFORE_WORD, AFTER_WORD] : ['', ''];
	const all = (part: keyof TaskWords): string => words.map((each) => each[part]).join('|');
	const pattern = (start: string, alternatives: string, end: string): RegExp => new RegExp(`${start}(?:${alternatives})${end}`, 'u');
	return {
		sign,
		yes: pattern('^', all('yes'), `${after}\\s?[!,.:;：，。！、…~～–—-]{1,3}`),
		here: pattern('^(?:so |then |now )?', all('here'), after),
		text: pattern(before, all('text'), after),
		users: users.split(' '),
		asker: pattern(before, all('asker'), ''),
		proposal: pattern(before, all('proposal'), ''),
		pairs: words.map(({ proposal, change }) => ({ proposal: pattern(before, proposal, ''), change: pattern(before, change, '') })),
	};
});

/** What English answers say beyond that, and what is said alike in many languages. */
const AT_START = new RegExp(
	`^(?:${[
		// Refusals, and questions back.
		"(?:i['’]m sorry|i am sorry|sorry|i apologi[sz]e|unfortunately)[,.]?(?: but)? i(?:['’]m| am|['’]ll)? (?:can['’]?t|cannot|not able|unable|don['’]t|do not|won['’]t)[^\\n]{0,60}?(?:fulfil|assist|help with|comply|generate|create|write|provide|complete|produce|have (?:enough|access|the))",
		"i (?:don['’]t|do not) have (?:enough|sufficient|any|the necessary) (?:context|information|details|data)",
		'i (?:need|require|would need) (?:more|some|additional|further|the) (?:context|information|details|data)',
		"i(?:['’]m| am)? ?(?:can['’]?t|cannot|can not|unable to|not able to) (?:write|create|generate|draft|compose|produce|complete|personali[sz]e)[^\\n]{0,40}(?:e-?mail|message|text|copy|this|sms|without)",
		'[^\\n]{0,160}please (?:provide|share|send|give)[^\\n]{0,80}so (?:that )?i can (?:write|complete|create|draft|finish|personali[sz]e|craft|generate)',
		'(?:こちらが|以下が|下記が)[^。\\n]{0,20}(?:文面|文案|案文|メール文?|メッセージ|下書き|文章)案?です(?:[。：:\\n]|$)',
		'(?:to (?:write|create|draft|personali[sz]e)|before i (?:write|draft|create))[^\\n]{0,80}(?:i need|please (?:provide|share|tell)|could you)',
		'(?:could|can|would) you (?:please )?(?:provide|share|give|tell|clarify)[^\\n]{0,120}(?:so (?:that )?i can|i can|before i|for me to|to help me) (?:write|draft|create|craft|tailor|generate|compose)',
		"please (?:provide|share) (?:me with |more |the )[^\\n]{0,100}(?:so (?:that )?i can|and i(?:['’]ll| will)|for me to)",
		'ich (?:benötige|brauche) (?:noch )?(?:weitere|mehr|zusätzliche|nähere)[^\\n]{0,80}(?:e-?mail|nachricht|text|schreiben|erstellen|verfassen)',
		'(?:es tut mir leid|tut mir leid|leider)[^\\n]{0,30}(?:ich kann|kann ich)[^\\n]{0,60}(?:helfen|erstellen|schreiben|generieren|verfassen|anfrage|erfüllen)',
		'(?:je suis désolée?|désolée?)[^\\n]{0,30}je ne (?:peux|suis)[^\\n]{0,60}(?:aider|générer|rédiger|écrire|créer|répondre à cette)',
		"(?:j['’]ai besoin|il me faut)[^\\n]{0,20}(?:plus d['’]|davantage d['’])informations",
		'lo siento,?[^\\n]{0,20}no puedo[^\\n]{0,60}(?:ayudar|generar|escribir|crear|cumplir|redactar)',
		'(?:mi dispiace|spiacente),?[^\\n]{0,20}non posso[^\\n]{0,60}(?:aiutar|generare|scrivere|creare|soddisfare|fornire)',
		'(?:desculpe|lamento|sinto muito),?[^\\n]{0,20}não posso[^\\n]{0,60}(?:ajudar|gerar|escrever|criar|atender|fornecer)',
		'(?:het spijt me|sorry),?[^\\n]{0,20}(?:maar )?ik kan[^\\n]{0,60}(?:helpen|genereren|schrijven|voldoen|maken)',
		'(?:przepraszam|przykro mi),?[^\\n]{0,20}nie mogę[^\\n]{0,60}(?:pomóc|wygenerować|napisać|stworzyć|spełnić)',
		'(?:извините|к сожалению|простите)[^\\n]{0,20}я не могу[^\\n]{0,60}(?:помочь|написать|создать|сгенерировать|выполнить)',
		'(?:申し訳(?:ありません|ございません)|すみません)[^\\n]{0,60}(?:お手伝い|生成|作成|お答え|対応)[^\\n]{0,8}(?:できません|できかねます|いたしかねます)',
		'(?:很?抱歉|对不起|對不起)[^\\n]{0,10}我(?:无法|無法|不能)[^\\n]{0,30}(?:帮助|幫助|生成|撰写|撰寫|提供|完成|满足|回答)',
		'(?:죄송(?:합니다|하지만))[^\\n]{0,60}(?:도와드릴|작성할|생성할|제공할) 수 없',
		'(?:عذرا|عذرًا|آسف|أعتذر)[^\\n]{0,20}لا (?:يمكنني|أستطيع)[^\\n]{0,60}(?:المساعدة|إنشاء|كتابة|تقديم|تلبية)',
		// Names of what follows.
		'[*_#\\s]{0,4}(?:translation|rewritten(?: version)?|revised(?: version)?|draft(?: \\d)?|final version|übersetzung|traduction|traducción|traduzione|tradução|vertaling|翻訳|译文|翻译)[*_]{0,2}\\s?[:：]',
		"here(?:['’]s| is) (?:a|an|the|your|my|one) (?:[\\p{L}-]+ ){0,2}?(?:suggested|possible|proposed|revised|rewritten|polished|sample|example|draft)(?: [\\p{L}-]+){0,3}? ?(?:e-?mail|message|text|introduction|version|copy|draft|post|subject line|sms|newsletter|reply)(?! of)[^:\\n]{0,100}:",
		"here(?:['’]s| is| are) (?:a|the|your|some|three|two|\\d) (?:[\\p{L}-]+ ){0,2}?(?:subject lines?|drafts?|marketing copy|ad copy)[^:\\n]{0,60}:",
	].join('|')})`,
	'u',
);

const AT_END = new RegExp(
	[
		'(?:word|character|token) count\\s?[:：]?\\s?\\d|\\b(?:words|characters)\\s?[:：]\\s?\\d{1,4}',
		'(?:wortanzahl|zeichenanzahl|anzahl (?:der )?(?:zeichen|wörter)|zeichen|nombre de (?:mots|caractères)|número de (?:palabras|caracteres|palavras)|numero di (?:parole|caratteri)|aantal (?:woorden|tekens)|liczba (?:słów|znaków)|antal (?:ord|tecken|tegn)|количество (?:слов|символов)|文字数|字数|字數|글자 ?수|จำนวน(?:คำ|ตัวอักษร)|عدد (?:الكلمات|الأحرف)|מספר (?:מילים|תווים))\\s?[:：]\\s?\\d',
		"(?<=^|[\\n(\\[*_]\\s{0,3})(?:note|p\\.s\\.|disclaimer|please note)[*_]{0,2}\\s?[:：]?[*_]{0,2}\\s?(?:that )?(?:i(?:['’]ve| have| kept| used| included| avoided| made| left| did| wasn)|this (?:is a|message|email|text|draft|was (?:written|generated))|please (?:replace|adjust|customi[sz]e|fill)|remember to|you (?:may|can|should) (?:replace|adjust|customi[sz]e|want to)|the (?:message|email|text) (?:is|has|was|uses|stays))",
		'(?<=^|[\\n(\\[*_]\\s{0,3})(?:hinweis|anmerkung)[*_]{0,2}\\s?:[*_]{0,2}\\s?(?:ich habe|diese (?:nachricht|e-?mail)|dieser text|bitte (?:ersetzen|ersetze|passen|füllen)|der text|die nachricht|ersetzen)',
		"(?<=^|[\\n(\\[*_]\\s{0,3})(?:note|remarque|nota|nota bene|let op|opmerking|uwaga|примечание|注|注意|備考|참고)[*_]{0,2}\\s?[:：][*_]{0,2}\\s?(?:j['’]ai|ce (?:message|texte)|he (?:usado|mantenido|incluido)|este (?:mensaje|texto)|ho (?:usato|mantenuto|incluso)|questo (?:messaggio|testo)|(?:mantive|usei|incluí)|esta mensagem|ik heb|dit (?:bericht|concept)|(?:użyłem|zachowałem)|ta wiadomość|я (?:использовал|сохранил)|это сообщение|この(?:メール|文章|文案)は|我(?:保持|使用|没有)|此(?:邮件|文案)|이 (?:메시지|이메일)는)",
		'(?<=^|[\\n]\\s{0,3})this (?:message|email|e-mail|text|version|draft|copy|subject line|post) (?:is|uses|keeps|aims|has been|maintains|follows|highlights|includes|conveys|captures|stays)[^\\n]{0,100}(?:concise|tone|call to action|call-to-action|friendly|engaging|personali[sz]ed|brand|urgency|clear|characters)',
		'(?<=^|[\\n]\\s{0,3}[*_#]{0,4})(?:why this works|explanation|rationale|key (?:elements|points|changes)|changes made|what i changed|erklärung|begründung|explication|explicación|spiegazione|解説|说明|說明)[*_]{0,2}\\s?[:：]',
		"(?:please |remember to |make sure to |be sure to |don['’]t forget to )?(?:replace|fill in) (?:the |any |all )?(?:placeholders?|bracketed|details in (?:brackets|the brackets)|information in brackets)",
		'(?:as (?:you )?requested|as per your (?:request|instructions)|per your instructions)[.!)]?\\s*$',
		'\\[?(?:end of (?:e-?mail|message|draft)|ende der (?:e-?mail|nachricht))\\]?\\s*$',
	].join('|'),
	'u',
);

/** What stands behind a text is said of it with one of these. */
const END_SIGNS = [':', '：', 'count', 'request', 'instructions', 'replace', 'fill in', 'end of', 'ende der', '\nthis ', '\nnote', '(note'];

const LETTER = /\p{L}/u;
const SENTENCE_ENDS = /[.!?。！？؟।\n]+/u;

/** The talk in a text, the first of each kind. */
export function talkIn(text: string): Mark[] {
	const start = text.search(LETTER);
	if (start === -1) return [];
	const from = Math.max(0, text.length - TAIL_CHARACTERS);
	const [head, tail] = [smallLetters(text.slice(start, start + HEAD_CHARACTERS)), smallLetters(text.slice(from))];
	const marks: Mark[] = [];
	for (const group of GROUPS) {
		if (group.sign.test(head)) marks.push(...announced(head, group).map((mark) => shifted(start, mark)));
		if (group.sign.test(tail)) marks.push(...proposed(tail, group).map((mark) => shifted(from, mark)));
	}
	const opening = AT_START.exec(head);
	if (opening) marks.push(shifted(start, markAt(opening)));
	const closing = END_SIGNS.some((sign) => tail.includes(sign)) ? AT_END.exec(tail) : null;
	if (closing) marks.push(shifted(from, markAt(closing)));
	return marks;
}

function shifted(offset: number, { mark, index }: Mark): Mark {
	return { mark, index: index + offset };
}

/** "Sure! Here is your e-mail:", and who wants what. */
function announced(head: string, { yes, here, text, users, asker }: Group): Mark[] {
	const end = head.indexOf('\n');
	const line = (end === -1 ? head : head.slice(0, end)).trimEnd();
	const [rest, agreed] = withoutYes(line, yes);
	const isHandedOver = here.test(rest);
	if ((agreed || isHandedOver) && line.length <= LINE_CHARACTERS) {
		const isHeading = end !== -1 && /[:：]\s?[*_]{0,2}$/.test(line);
		const isSaid = end !== -1 && agreed && /[.。!！]$/.test(line);
		const isTalk = (isHandedOver && (agreed || isHeading || isSaid)) || (agreed && isHeading);
		if (isTalk && text.test(line)) return [{ mark: line, index: 0 }];
	}
	const asked = users.some((user) => head.includes(user)) ? asker.exec(head) : null;
	if (!asked) return [];
	const nearby = head.slice(Math.max(0, asked.index - 60), asked.index + asked[0].length + 100);
	return agreed || text.test(nearby) ? [markAt(asked)] : [];
}

/** The line without the words of consent at its start, of which there may be two, and whether there were any. */
function withoutYes(line: string, yes: RegExp): [rest: string, agreed: boolean] {
	const once = line.replace(yes, '').trimStart();
	return [once.replace(yes, '').trimStart(), once.length < line.length];
}

/** A sentence that offers to change the text, in one language. */
function proposed(tail: string, { proposal, pairs }: Group): Mark[] {
	if (!proposal.test(tail)) return [];
	for (const sentence of tail.split(SENTENCE_ENDS)) {
		const isOffer = pairs.some((pair) => pair.proposal.test(sentence) && pair.change.test(sentence));
		if (isOffer) return [{ mark: sentence.trim(), index: tail.indexOf(sentence) }];
	}
	return [];
}
