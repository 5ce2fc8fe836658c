/**
 * Tells what the instructions and the prompt of an answer ask for, so that no text is stopped for what its author wants. It is read only when
 * something was found: most answers raise no question.
 */
import { foldCase } from '../reading/fold';

/** What may be asked for. */
export type AskedFor = 'json' | 'markdown' | 'fences' | 'labels' | 'choices' | 'braces' | 'brackets' | 'marks';

/** Names of an attribute for the subject of a mail. */
const SUBJECT = /subject|betreff|objet|asunto|oggetto|assunto|onderwerp|temat|headline|title/iu;
/** Stands before what is not wanted. */
const FORBIDDEN = new RegExp(
	"(?:no|not|without|never|avoid|don't|do not|ohne|keine?n?|sans|pas de|sin|senza|sem|zonder|geen|bez|без|なし|不要|없이)\\s(?:[\\p{L}'-]{1,14}\\s){0,3}$",
	'u',
);
const ASKED: Readonly<Record<AskedFor, RegExp>> = {
	json: /json/u,
	markdown: /markdown/u,
	fences: /```|code ?(?:block|fence)|fenced|codeblock|代码块|コードブロック|코드 ?블록/u,
	labels: /subject line:|with (?:the )?labels?|(?:line|zeile|ligne|línea|riga|linha|regel) ["'“«„]?[\p{L} -]{3,20}:/u,
	choices:
		/\b(?:options|variants|variations|versions|alternatives|drafts|suggestions|ideas|proposals|varianten|vorschlage|vorschläge|optionen|versionen|propositions|variantes|opciones|versiones|propuestas|opzioni|versioni|proposte|opções|versões|opties|versies|opcje|wersje|варианта|вариантов|варианты)\b|案を|選択肢|选项|方案|版本|옵션|시안/u,
	braces: /curly|braces|geschweift|accolade|llaves|graffe|chaves|accolades|波括弧|大括号|花括号|중괄호/u,
	brackets: /square brackets|in brackets|eckige|crochets|corchetes|parentesi quadre|colchetes|角括弧|方括号|대괄호/u,
	marks:
		/placeholder|merge (?:tag|field)|template (?:tag|variable)|variables?\b|platzhalter|espace réservé|marcador|segnaposto|プレースホルダ|占位符|자리 ?표시/u,
};

/** What was asked for in some texts. */
export class TaskTexts {
	readonly #prompts: readonly string[];
	readonly #hasSubject: boolean;
	#folded: string | null = null;

	/** `attributes`: names of the attributes of the answer. Where the subject has its own, its name asks for no label. */
	constructor(prompts: readonly string[], attributes: readonly string[]) {
		this.#prompts = prompts;
		this.#hasSubject = attributes.some((name) => SUBJECT.test(name));
	}

	/** True when the texts ask for it, and do not ask to leave it out. */
	isFor(what: AskedFor): boolean {
		return this.#isWanted(this.#text().search(ASKED[what]));
	}

	/** True when something stands at this place of the texts, and no word before it forbids it. */
	#isWanted(index: number): boolean {
		return index !== -1 && !FORBIDDEN.test(this.#text().slice(Math.max(0, index - 60), index));
	}

	/** True when the texts hold the words of a label with its colon, or ask for such labels. */
	names(label: string, what: 'labels' | 'choices'): boolean {
		const word = foldCase(label.split(/[\n:：]/u).find((part) => /\p{L}/u.test(part)) ?? '')
			.replace(/[^\p{L}\p{M}\p{N} -]/gu, '')
			.trim();
		if (word === '') return false;
		const text = this.#text();
		if (what === 'choices') return text.includes(word);
		if (text.includes(`${word}:`) || text.includes(`${word}：`) || text.includes(`${word} :`) || this.isFor('labels')) return true;
		return !this.#hasSubject && this.#isWanted(text.indexOf(word));
	}

	/** True when the texts hold the mark and ask to keep such marks: another program fills them in. */
	keeps(mark: string): boolean {
		return this.#text().includes(foldCase(mark)) && this.isFor('marks');
	}

	#text(): string {
		return (this.#folded ??= foldCase(this.#prompts.join('\n').slice(0, MAX_CHARACTERS)));
	}
}

/** Instructions are no longer; what lies behind is not read. */
const MAX_CHARACTERS = 50_000;
