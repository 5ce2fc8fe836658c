/**
 * Finds what a model thinks before it writes, and the marks of its chat format: tags, tokens of templates, marks of sources, names of roles,
 * and plans in the first person.
 */
import { markAt, smallLetters, type Mark } from './mark';

/** Plans stand at the beginning. */
const HEAD_CHARACTERS = 400;

/** Marks that no message holds, wherever they stand. */
const MARKS =
	/<\/?(?:think(?:ing)?|thoughts?|reasoning|analysis|reflection|scratchpad|inner_monologue|chain_of_thought|planning|rationale|seed:think)(?:\s[^<>]{0,40})?>|◁\/?think▷|\[\/?(?:THINK(?:ING)?|INST|BOS|EOS|SYSTEM_PROMPT|TOOL_CALLS)\]|<<\/?SYS>>|<[|｜][^<>|｜\n]{1,40}[|｜]>|<(?:start|end)_of_(?:turn|image)>|<(?:bos|eos|pad|unk|sep)>|assistant(?:final|commentary|analysis)(?=\P{Ll})|(?<![\p{L}])(?:to=functions\.\w|oaicite:\d|contentReference\[)|【[^【】\n]{0,60}(?:†|[0-9a-f]{8}-)[^【】\n]{0,80}】|(?:cite)?turn\d{1,3}(?:search|view|news|image|file)\d{1,3}|[\ue200-\ue206]/giu;
const SIGN = /[<◁[【\ue200-\ue206]|assistant|functions|oaicite|contentReference|turn\d/i;

/** `</s>` ends a text of some models; in HTML it ends what `<s>` began. */
const END_OF_TEXT = /<\/?s>/giu;

const FOR_THE_TASK =
	'(?:write|create|craft|draft|produce|generate|mention|include|keep (?:it|the|this)|make sure|ensure|respond|reply|come up|use the|greet|address|start (?:with|by)|avoid|output|compose|think about|consider|check|figure out|reference|personali[sz]e|follow|sound|be (?:careful|concise))';

/** All of it is for small letters. */
const AT_START = new RegExp(
	`^(?:${[
		`(?:okay|ok|alright|hmm+|wait|well|right|so|got it|first|now|let me see|let['’]?s see)[,.!… ]{1,4}(?:so[, ]+|then[, ]+|now[, ]+|let['’]?s see[.,… ]+|let me see[.,… ]+)?(?:i|we) (?:need to|have to|should|must|want to|will|can|['’]ll) ${FOR_THE_TASK}`,
		'(?:i|we) (?:need to|have to|should|must) (?:write|create|craft|draft|produce|generate|compose|respond|output)(?!\\p{L})',
		"i(?:['’]ll| will) (?:write|create|craft|draft|compose)(?: it| an?| the)(?!\\p{L})",
		`(?:okay|ok|alright|hmm+|wait|so)(?!\\p{L})[^\\n]{0,200}(?<!\\p{L})i (?:should|need to|must) ${FOR_THE_TASK}`,
		"(?:[^\\n.!?]{0,30}[,.!?…] {0,2}){0,2}let(?:['’]s| us| me) (?:draft|think (?:step|about|through|this)|start by (?:writing|drafting|identif)|write (?:it|this|the (?:message|text|email))|craft|break (?:this|it) down|analy[sz]e|count the|rewrite|re-?read|parse|brainstorm)(?!\\p{L})",
		'[^\\n]{0,80}(?:the|this) (?:prompt|instructions?|task|system message|system prompt) (?:asks?|says?|wants?|is to|requires?|states?|mentions?)(?!\\p{L})',
		'[^\\n]{0,160}(?:must|should) (?:not exceed|be under|be at most|stay under) \\d{1,4} (?:characters|words)',
		`[^\\n]{0,160}[.!?]\\s{1,2}i (?:should|need to|must|have to) ${FOR_THE_TASK}`,
		'wait,[^\\n]{0,80}(?:let me|i should|i need)',
		'commentary to=',
		'[*_#\\s]{0,4}(?:assistant|ai assistant|chatgpt|ai response|final answer|final response|response|output|model output)[*_]{0,2}\\s?[:：]',
		'#{1,4}\\s?(?:response|instruction|answer|output|assistant|final answer)(?!\\p{L})',
	].join('|')})`,
	'u',
);
/** Headings of thoughts, at the start of a line. */
const HEADING = new RegExp(
	[
		'(?<=^|\\n)[*_#\\s]{0,4}(?:thinking process|thought process|my thought process|chain of thought|internal monologue|thought|thinking|scratchpad|denkprozess|gedankengang|überlegungen?|raisonnement|réflexion|razonamiento|ragionamento|raciocínio|redenering|gedachtegang|tok myślenia|рассуждения?|размышления|思考过程|思考過程|推理过程|思考プロセス|思考|사고 ?과정|생각|กระบวนการคิด|التفكير|مسار التفكير|תהליך חשיבה|सोच प्रक्रिया)[*_]{0,2}\\s?[:：]',
		'(?<=^|\\n)[*_#\\s]{0,4}final answer[*_]{0,2}\\s?[:：]',
	].join('|'),
	'u',
);
/** The name of a channel runs into what was said on it. */
const HARMONY = /^analysis(?=\p{Lu}\p{Ll})/u;
/** A talk of two. */
const ROLES = /(?<=^|\n)(?:human|user)\s?:[\s\S]{0,400}\nassistant\s?:|\n(?:human|user)\s?:[^\n]{0,200}\s*$/i;

/** The thinking in a text. */
export function thinkingIn(text: string): Mark[] {
	const marks: Mark[] = [];
	if (SIGN.test(text)) {
		const found = MARKS.exec(text);
		MARKS.lastIndex = 0;
		if (found) marks.push({ mark: found[0], index: found.index });
		const strikes = [...text.matchAll(END_OF_TEXT)].map(([tag]) => tag.toLowerCase());
		if (strikes.length > 0 && strikes.length % 2 === 1) marks.push({ mark: strikes[0] ?? '', index: text.search(END_OF_TEXT) });
	}
	const start = Math.max(0, text.search(/\S/));
	const head = text.slice(start, start + HEAD_CHARACTERS);
	const small = smallLetters(head);
	const opening = AT_START.exec(small) ?? (/[:：]/.test(small) ? HEADING.exec(small) : null) ?? HARMONY.exec(head);
	if (opening) marks.push({ ...markAt(opening), index: start + opening.index });
	const roles = /human|user/i.test(text) ? ROLES.exec(text.slice(0, 2000)) : null;
	if (roles) marks.push(markAt(roles));
	return marks;
}
