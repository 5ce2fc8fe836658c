/** The gates one by one: what each lets pass and what it does not, at the edges that the corpus does not reach. */
import { expect } from 'chai';
import fc from 'fast-check';
import { encode } from 'gpt-tokenizer';
import { checkAnswer } from '../../../lib/core/gates/check-answer';
import { hasFact, readAnswer } from '../../../lib/core/gates/facts';
import { excerpt } from '../../../lib/core/gates/finding';
import { givenFacts } from '../../../lib/core/gates/reading/given-facts';
import { inventions } from '../../../lib/core/gates/invented';
import { countCharacters, countWords } from '../../../lib/core/gates/length';
import { languageCode, languageOf } from '../../../lib/core/gates/language';
import { leftOvers } from '../../../lib/core/gates/placeholders';
import { promptSizeFinding } from '../../../lib/core/gates/prompt-size';
import { fieldNames, fieldOf, missingContext } from '../../../lib/core/gates/required-context';
import { brokenRules } from '../../../lib/core/gates/rules';
import { visibleText } from '../../../lib/core/gates/reading/visible-text';
import { ratesOf, type ModelPrice } from '../../../lib/core/prices/pricing';
import { upperBoundTokens } from '../../../lib/core/usage/estimate-tokens';
import { fewestTokens } from '../../../lib/core/usage/fewest-tokens';
import { languageModel } from '../../../lib/engine/answer/language-model';
import DECLARATIONS from '../../support/corpus/declarations.data.json';
import { BORROWED_COPY, SHORT_COPY } from '../../support/corpus/short-copy';

describe('gate: required context', () => {
	it('reads names as people write them', () => {
		expect(fieldNames(' first_name, order.items[0].name\n{{ $json.plan }}; msg.payload.city ,, First Name')).to.deep.equal([
			'first_name',
			'order.items[0].name',
			'plan',
			'payload.city',
			'First Name',
		]);
	});

	it('finds a field by its whole name or by a path, and nothing that only JavaScript put there', () => {
		const item = { 'First Name': 'Anna', 'a.b': 1, order: { items: [{ name: 'Tent' }] } };
		expect(fieldOf(item, 'First Name')).to.equal('Anna');
		expect(fieldOf(item, 'a.b')).to.equal(1);
		expect(fieldOf(item, 'order.items[0].name')).to.equal('Tent');
		expect(fieldOf(item, 'order.items[1].name')).to.equal(undefined);
		expect(fieldOf(item, 'constructor')).to.equal(undefined);
		expect(fieldOf(item, 'order.toString')).to.equal(undefined);
		expect(fieldOf(null, 'a')).to.equal(undefined);
	});

	it('takes 0 and false for values; blanks, empty lists and the written names of nothing for none', () => {
		const item = {
			zero: 0,
			no: false,
			day: new Date(0),
			blank: ' \n',
			none: null,
			list: [],
			nothings: ['', null],
			object: { a: '' },
			text: 'undefined',
			na: 'N/A',
			nan: Number.NaN,
		};
		const missing = missingContext(item, [...Object.keys(item), 'unknown']);
		expect(missing.map(({ detail }) => detail)).to.deep.equal(
			['blank', 'none', 'list', 'nothings', 'object', 'text', 'na', 'nan', 'unknown'].map(
				(name) => `the field "${name}" is missing or empty`,
			),
		);
	});
});

describe('gate: prompt size', () => {
	const price: ModelPrice = {
		version: 'v',
		model: 'm',
		tiers: [
			{ fromInputTokens: 0, rates: { ...ratesOf(() => 0n), input: 10_000_000_000n, cachedInput: 1_000_000_000n, output: 40_000_000_000n } },
		],
		perCallMicro: 0n,
		contextTokens: 1000,
	};

	/** A prompt of which it is known how long it is at least and at most. */
	const size = (fewest: number, inputBytes = fewest * 10): { inputBytes: number; fewestTokens: () => number } => ({
		inputBytes,
		fewestTokens: () => fewest,
	});

	it('stops what is surely too long for the model, and leaves what is near the limit to the provider', () => {
		expect(promptSizeFinding({ ...size(1000), price, capMicro: null })).to.equal(null);
		expect(promptSizeFinding({ ...size(1001), price, capMicro: null })?.detail).to.equal(
			'the prompt has at least 1001 tokens, and the model takes 1000',
		);
		expect(promptSizeFinding({ ...size(1e9), price: { ...price, contextTokens: null }, capMicro: null })).to.equal(null);
	});

	it('stops what costs more than one send may, even if all of it came from the cache', () => {
		// 100 tokens at 0.001 credits and one token of answer at 0.04.
		expect(promptSizeFinding({ ...size(100), price, capMicro: 140_000n })).to.equal(null);
		expect(promptSizeFinding({ ...size(100), price, capMicro: 139_999n })?.detail).to.equal(
			'the prompt alone costs at least 0.14 credits, and one send may cost 0.139999',
		);
	});

	it('does not read a prompt whose bytes fit', () => {
		const unread = {
			inputBytes: 1000,
			fewestTokens: (): number => {
				throw new Error('the prompt was read');
			},
		};
		expect(promptSizeFinding({ ...unread, price, capMicro: 1_040_000n })).to.equal(null);
	});

	it('lets a prompt pass that the tokenizer says fits, in whatever script', () => {
		for (const { language, text } of DECLARATIONS) {
			const window = { ...price, contextTokens: encode(text).length };
			const finding = promptSizeFinding({
				inputBytes: upperBoundTokens(text),
				fewestTokens: () => fewestTokens(text),
				price: window,
				capMicro: null,
			});
			expect(finding, language).to.equal(null);
		}
	});
});

describe('gate: length and phrases', () => {
	it('counts characters as they are seen and words in every script', () => {
		expect(countCharacters(' 👩‍👩‍👧‍👦é́! ')).to.equal(3);
		expect(countWords("Don't miss it – 20 % off!")).to.equal(5);
		expect(countWords('สวัสดีคุณสมชาย ขอบคุณ')).to.equal(4);
		expect(countWords('春の新作')).to.be.within(2, 4);
	});

	const says = (phrase: string, text: string): boolean =>
		brokenRules([{ kind: 'avoids', attribute: null, phrases: [phrase] }], [{ attribute: 'a', text }]).length === 1;

	for (const [phrase, text, expected] of [
		['free', 'Feel FREE to ask', true],
		['free', 'carefree days', false],
		['free', 'gluten-free', true],
		['freie Lieferung', 'Freie\u00a0Lieferung!', true],
		['don’t miss', "DON'T  MISS", true],
		['crème brûlée', 'Creme brulee', true],
		['Straße', 'in der STRASSE', true],
		['gratis*', 'Gratisversand', true],
		['gratis', 'Gratisversand', false],
		['*versand', 'Gratisversand', true],
		['50 %', 'jetzt 50 % sparen', true],
		['セール', '春のセールです', true],
		['セール', 'セールスマン', false],
		['最低价', '全年最低价!', true],
		['ด่วน', 'ข่าวด่วนวันนี้', true],
		['C++', 'We speak C++ here', true],
		['*', 'anything', false],
	] as const)
		it(`${JSON.stringify(phrase)} is ${expected ? '' : 'not '}in ${JSON.stringify(text)}`, () => {
			expect(says(phrase, text)).to.equal(expected);
		});

	it('counts a missing attribute as empty, and all texts together where none is named', () => {
		const texts = [
			{ attribute: 'a', text: 'one two' },
			{ attribute: 'b', text: 'three' },
		];
		expect(brokenRules([{ kind: 'min_words', attribute: 'c', limit: 1 }], texts)).to.deep.equal([
			{ gate: 'length', attribute: 'c', detail: 'has 0 words, at least 1 are asked for' },
		]);
		expect(brokenRules([{ kind: 'max_words', attribute: null, limit: 2 }], texts)).to.deep.equal([
			{ gate: 'length', attribute: null, detail: 'has 3 words, at most 2 are asked for' },
		]);
		expect(brokenRules([{ kind: 'contains', attribute: 'b', phrases: ['one', 'three'] }], texts)).to.deep.equal([
			{ gate: 'required_phrases', attribute: 'b', detail: 'does not say "one"' },
		]);
	});

	it('sees HTML as a reader does', () => {
		expect(visibleText('<style>.a{b:c}</style><p>Hi&nbsp;<b>Zoë</b>&#8217;s 5 &lt; 6 &unknown;</p>').trim()).to.equal(
			'Hi\u00a0Zoë’s 5 < 6 &unknown;',
		);
		expect(visibleText('a < b > c & d')).to.equal('a < b > c & d');
	});
});

describe('gate: left-over placeholders', () => {
	const LEFT_OVER = [
		'Hi {{name}}',
		'Hi {{ first_name | default: "you" }}',
		'Hi {% if vip %}',
		'Hi ${user.name}',
		'Hi <%= name %>',
		'Hi {first_name}',
		'Hi *|FNAME|*',
		'Hi %FIRSTNAME%',
		'Hi %%first_name%%',
		'Hi #{name}',
		'Hi ##NAME##',
		'Hi [Name]',
		'Hi [First Name]',
		'Hi [first_name]',
		'Hi [FIRST_NAME]',
		'Hi [user.name]',
		'Hi [Your Name],',
		'Best, [Your Company Name]',
		'[Insert benefit for the customer here]',
		'See you at [Favourite Café]',
		'on [Date]',
		'Hallo [Vorname]',
		'Bonjour [Prénom]',
		'Hola [Nombre del cliente]',
		'Olá [Nome]',
		'Beste [Naam]',
		'Cześć [Imię]',
		'【お名前】様',
		'[姓名]您好',
		'สวัสดีคุณ [ชื่อ]',
		'مرحبا [الاسم]',
		'[Name]',
		'Hi <name>',
		'Hi <First Name>',
		'in <your-city>',
		'until <date>',
		'Read it at <link>',
		'Hi undefined',
		'You saved NaN %',
		'Dear null,',
		'Your null order',
		'Your plan: null',
		'Hi [object Object]',
		'on Invalid Date',
		'Hi None,',
		'Hello N/A,',
		'Hallo NULL!',
		'Dear ,',
		'Hi ,',
		'Hallo ,',
		'Dear,\nthank you',
		'Dear Mr. ,',
		'Sehr geehrte Frau ,',
		'Liebe/r ,',
		'Estimado ,',
		'Cher ,',
		'مرحبا ،',
		'Hello\n\nHi , how are you',
		'Save XX% today',
		'Only €XX',
		'until XX.XX.',
		'Signed: ____',
		'Lorem ipsum dolor',
		'Venue: TBD',
		'○○様',
		'As an AI language model, I',
		'As an AI, I cannot',
		"I'm an AI",
		'I cannot assist with that',
		"I'm sorry, but I can't",
		'Sure! Here is your mail',
		"Here's a subject line for you: Hi",
		'Als KI kann ich nicht',
		"En tant qu'IA, je",
		'Como una IA, no puedo',
		'Als AI kan ik',
		'Jako AI nie mogę',
		'作为AI,我',
		'AIとして、',
		'สวัสดี {ชื่อลูกค้า}',
		'尊敬的XX先生',
		'Hallo {$vorname}',
		'Hi {!Contact.FirstName}',
		'Liebe «Vorname»',
		"Dear {Recipient's Name}",
		'Dear {Recipient’s Name}',
		'See [Link to blog post]',
		'to [City of Departure]',
		'Good [morning/afternoon/evening]',
		'Gerne! Hier ist Ihre E-Mail:\n\nHallo',
		'Bien sûr ! Voici votre e-mail :\n\nBonjour',
		'もちろんです！こちらがメールです：\n\n田中様',
		'様、いつもありがとうございます',
		'until DD.MM.YYYY',
		'辛さ〇〇の',
	];
	for (const text of LEFT_OVER)
		it(`finds ${JSON.stringify(text)}`, () => {
			expect(leftOvers(text, [])).not.to.deep.equal([]);
		});

	const FINE = [
		'As shown [1], it works [2].',
		'He said [sic] no.',
		'and so on […]',
		'[Webinar] Join us',
		'[Event] Join us in May',
		'[Product Update] What is new',
		'[Video]',
		'See [our shop](https://example.com)',
		'Items: [x] done [ ] open',
		'As in [Our Report][report], built on [Node.js]',
		'Array[0]',
		'【期間限定】春のセール',
		'<p>Hi <b>Anna</b><br/></p>',
		'<a href="https://example.com/?a=1&b=%20">Shop</a>',
		'5 < 6 and 7 > 3',
		'I <3 you',
		'Write to <help@example.com>',
		'at <https://example.com>',
		'<table width="600"><tr><td>x</td></tr></table>',
		'<style>@media{.a{color:red}}</style>Hi',
		'<time>8 July</time>',
		'Save 20% today and 30% tomorrow',
		'https://example.com/a%20b%C3%A9',
		'100%ige Baumwolle',
		'Size XXL',
		'Chapter XX',
		'#SALE',
		'C# and F#',
		'snake_case',
		'Hugs, xxx',
		'MacOS X €99',
		'null Euro Versand für dich',
		'Wir starten bei Null',
		'Null Problemo',
		'Oma Nan',
		'Hi there!',
		'Hi!',
		'Bonjour !',
		'¡Hola!',
		'Hello, Anna',
		'Hi Anna ,',
		'Dear Anna,',
		'None of this is needed',
		'Dearest friends,',
		'Carina, your order',
		'Cara, your order is here',
		'As an AI company, we care',
		'Mehr als KI: Beratung',
		'the best of AI',
		'Sure thing!',
		'Here are three options for your weekend: rest, read, run',
		'Unsere KI-Experten',
		'Liebe ist alles',
		'ดีที่สุดสำหรับคุณ',
		'Undefinable charm',
		'さまざまな特典をご用意しました。',
		'様々なシーンで',
		'先生、いつもありがとうございます',
		'さんまの季節',
		'10%オフと20%オフのクーポン',
		'享10%优惠和5%返现',
		'Here is a copy of your order: 2 shoes',
		'辛さ●●●○○',
		'[Shop Now]',
		'Buy it [members only]',
		'The «Name der Rose» is back',
		'a text with </b> and </p>',
	];
	for (const text of FINE)
		it(`lets ${JSON.stringify(text)} pass`, () => {
			expect(leftOvers(text, [])).to.deep.equal([]);
		});

	describe('asks the instructions where a text may be meant so', () => {
		const stops = (text: string, prompt: string, attributes: readonly string[] = ['message']): boolean =>
			leftOvers(text, [], { prompts: [prompt], attributes }).length > 0;

		for (const [text, prompt, isStopped] of [
			['Subject: Hi\n\nHello Anna', 'Write a message.', true],
			['Subject: Hi\n\nHello Anna', 'Write an e-mail with a subject and a body.', false],
			['Subject: Hi\n\nHello Anna', 'Start with a line "Subject:".', false],
			['Subject: Hi\n\nHello Anna', 'Write the body, without a subject line.', true],
			['Betreff: Hallo\n\nLiebe Anna', 'Schreibe eine E-Mail mit Betreff.', false],
			['```\nnpm i x\n```', 'Explain it in a code block.', false],
			['Run this:\n```\nnpm i x\n```\nDone.', 'Write it in Markdown.', false],
			['```markdown\nHi\n```', 'Write it in Markdown.', true],
			['```html\n<p>Hi</p>\n```', 'Write it as HTML.', true],
			['{"a":"b"}', 'Return JSON.', false],
			['{"a":"b"}', 'Write a text, not JSON.', true],
			['Option 1: Hi\nOption 2: Hello', 'Give two options.', false],
			['Option 1: Hi\nOption 2: Hello', 'Write a subject line.', true],
			['Hi {first_name}', 'Use the placeholder {first_name}; our mail program fills it in.', false],
			['Hi {first_name}', 'Write to {first_name}.', true],
			['Hi {first_name}', 'Write to {first_name}. Do not leave a placeholder.', true],
		] as const)
			it(`${JSON.stringify(text)} is ${isStopped ? '' : 'not '}stopped for ${JSON.stringify(prompt)}`, () => {
				expect(stops(text, prompt)).to.equal(isStopped);
			});

		it('an attribute for the subject asks for no label in a text', () => {
			expect(stops('Subject: Hi\n\nHello Anna', 'Write a subject and a body.', ['subject', 'body'])).to.equal(true);
		});
	});

	it('lets pass what the item itself holds, but never marks of a template that was not filled in', () => {
		expect(leftOvers('Your board: [Max Mustermann]', ['Mail by [Max Mustermann]'])).to.deep.equal([]);
		expect(leftOvers('The film <Name>', ['<name>'])).to.deep.equal([]);
		expect(leftOvers('Hi {{ name }}', ['Hi {{ name }}'])).to.deep.equal(['has "{{ name }}" left over']);
	});

	it('finds the same in a text that is searched for every mark as in one that is only searched for those it may hold', () => {
		// Holds a sign of every kind of mark, and no mark.
		const signs = '\n\n* nullify , nonetheless お客様';
		const part = fc.constantFrom(
			...[
				'Hi',
				'hello',
				'Dear',
				'DEAR',
				'Liebe',
				'Sehr geehrte',
				'こんにちは',
				'你好',
				'尊敬的',
				'様',
				'さん',
				'مرحبا',
				'Szanowna',
				'ſalut',
			],
			...[' ', '  ', '\n', ',', '،', '，', '、', ':', '.', '!', '>', '-', 'none', 'Null', 'NaN', 'n/a', 'nil', 'undefined', 'TBD'],
			...[
				'{{name}}',
				'{name}',
				'{{',
				'%NAME%',
				'[Name]',
				'[Insert date]',
				'<name>',
				'<b>',
				'___',
				'€XX',
				'XX.XX',
				'【姓名】',
				'##A_B##',
				'ſ',
				'K',
			],
			...['Anna', 'as an AI model', 'als KI', 'I am an AI', 'lorem ipsum', 'für', '12', 'Sure! Here is', 'jako AI', '<%= a %>', '*|A|*'],
		);
		fc.assert(
			fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
				const text = parts.join('');
				expect(leftOvers(text, ['Anna', '[Name]'])).to.deep.equal(leftOvers(text + signs, ['Anna', '[Name]']));
			}),
			{ numRuns: 2000 },
		);
	});

	it('tells three at most, in the order of the text, in short', () => {
		const long = `[Insert ${'many '.repeat(20)}words]`;
		expect(leftOvers(`${long} {{a}} <name> [Name]`, [])).to.deep.equal([
			`has ${excerpt(long)} left over`,
			'has "{{a}}" left over',
			'has "<name>" left over',
		]);
		expect(excerpt(long).length).to.be.at.most(42);
		expect(excerpt('a\n\u0000b')).to.equal('"a b"');
	});
});

describe('gate: facts and inventions', () => {
	const has = (value: unknown, text: string, language = 'en'): boolean => hasFact(readAnswer([text], [language]), value);

	for (const [value, text, expected] of [
		[1234.5, '1,234.50', true],
		[1234.5, '1.234,5', true],
		[1234.5, '1 234,50', true],
		[1234.5, "1'234.50", true],
		[1234.5, '1234', false],
		[1500, '1.5k', true],
		[1_000_000, '1 million', true],
		[20_000, '2万', true],
		[3, 'three', true],
		[3, 'drei', true],
		[3, 'thirty', false],
		[0.2, '20 %', true],
		[4.567, '4.57', true],
		[4.567, '4.6', true],
		[4.567, '5', false],
		['€ 20', '20 EUR', true],
		['€ 20', '$20', false],
		['€ 20', '20', true],
		['20 kg', '20kg', true],
		['R$ 2.399,00', '2399 reais', true],
		['2026-07-08', 'July 8th, 2026', true],
		['2026-07-08', '8 July', true],
		['2026-07-08', '08.07.2026', true],
		['2026-07-08', '7/8/2026', true],
		['2026-07-08', '8/7/26', true],
		['2026-07-08', 'le 8 juillet', true],
		['2026-07-08', '8 de julio de 2026', true],
		['2026-07-08', '8. heinäkuuta', true],
		['2026-07-08', '2026年7月8日', true],
		['2026-07-08', '8 กรกฎาคม 2569', true],
		['2026-07-08', '٨ يوليو ٢٠٢٦', true],
		['2026-07-08', 'July 9', false],
		['2026-07-08', 'July 8, 2025', false],
		['2026-07-08T22:30:00Z', 'July 9', true],
		['2026-07-08T22:30:00Z', 'July 11', false],
		['12.10.2026', 'October 12', true],
		['Anna', 'ANNA!', true],
		['Anna', 'Annabel', false],
		['Anna', "Anna's", true],
		['Zoë', 'Zoe', false],
		['Müller', 'MÜLLER', true],
		['田中', '田中様', true],
		['Tanaka', '田中様、ありがとうございます', true],
		['Gold Plus', 'gold  plus', true],
		['A-48213', 'order A 48213', true],
		['A-48213', 'order A-48231', false],
		[['Tent', 'Lamp'], 'a tent and a lamp', true],
		[['Tent', 'Lamp'], 'a tent', false],
		[{ a: 'Tent', b: 2 }, '2 tents: Tent', true],
		[true, 'x', true],
		['', 'x', true],
		[null, 'x', true],
		[undefined, 'x', true],
		[new Date('2026-07-08T12:00:00Z'), '8 July', true],
	] as const)
		it(`${JSON.stringify(value)} is ${expected ? '' : 'not '}said by ${JSON.stringify(text)}`, () => {
			expect(has(value, text)).to.equal(expected);
		});

	it('takes a bent name for the name only where the language bends names', () => {
		expect([
			has('Anna', 'Cześć, Anno!', 'pl'),
			has('Marek', 'Cześć, Marku!', 'pl'),
			has('Anna', 'Hi Anno!', 'en'),
			has('Anna', 'Cześć, Marto!', 'pl'),
		]).to.deep.equal([true, true, false, false]);
	});

	const GIVEN = givenFacts([
		{
			name: 'Anna',
			total: 1249.5,
			points: 12500,
			due: '2026-07-08',
			start: '2026-08-15T18:30:00',
			at: '2026-08-15T16:30:00Z',
			items: ['a', 'b', 'c'],
			order: 'A-48213',
			phone: '+49 30 1234567',
			device: 'iPhone 15 Pro',
			site: 'https://www.shop.example.com/sale?x=1',
			rate: 0.2,
		},
		'Offer 10% with SAVE10. Mention 24/7 support.',
	]);
	for (const text of [
		'€1,249.50',
		'12.500 points',
		'12.5k points',
		'on 8 July',
		'8.7.',
		'the 8th',
		'in 2026',
		'at 6:30 pm',
		'18.30 Uhr',
		'your 3 items',
		'order A48213',
		'call 030 1234567',
		'your iPhone 15',
		'see shop.example.com/sale?x=1',
		'20% less',
		'use save10',
		'24/7',
		'1. First\n2. Second',
		'B2B in 4K',
		'note[1]',
		'<td width="600">x</td>',
		'three',
		'1️⃣',
		'at 18:30, or 19:30 where you live',
	])
		it(`${JSON.stringify(text)} is not invented`, () => {
			expect(inventions(text, GIVEN)).to.deep.equal([]);
		});
	for (const text of [
		'€1,294.50',
		'on 9 July',
		'on July 8, 2027',
		'at 7:45 pm',
		'your 4 items',
		'order A-48231',
		'iPhone 16',
		'https://shop.example.org',
		'mail a@b.example.com',
		'25% less',
		'use SAVE15',
		'call +1 555 0100 99',
		'since 1987',
		'٣٠ نقطة',
		'30% off',
	])
		it(`${JSON.stringify(text)} is invented`, () => {
			expect(inventions(text, GIVEN)).not.to.deep.equal([]);
		});

	it('says what was invented, three at most', () => {
		expect(inventions('30% off until 9 July with code ABC99 for 1, 2 or 77', GIVEN)).to.deep.equal([
			'says the date "9 july", which was not given',
			'says the code "abc99", which was not given',
			'says the number "30", which was not given',
		]);
	});
});

describe('gate: facts and dates as people write them', () => {
	const hasSaid = (value: unknown, text: string): boolean => hasFact(readAnswer([text], ['en']), value);
	const invents = (value: unknown, text: string): readonly string[] => inventions(text, givenFacts([{ value }]));

	for (const [value, text] of [
		['19:00', 'tot om 19 uur'],
		['19:00', 'à 19h'],
		['19:00', 'alle 19'],
		['19:00', 'a las 19 h'],
		['19:00', "7 o'clock"],
		['19:00', '7 o’clock'],
		['19:00', 'um 19 Uhr'],
		['19:00', 'kl. 19'],
		['19:00', 'klo 19'],
		['19:00', 'o 19:00'],
		['19:00', 'o godz. 19'],
		['19:00', 'в 19 часов'],
		['19:00', 'о 19 годині'],
		['19:00', 'στις 7'],
		['19:00', 'saat 19’da'],
		['19:00', '19 órakor'],
		['19:00', 'v 19 hodin'],
		['19:00', 'la ora 19'],
		['19:00', 'lúc 19 giờ'],
		['19:00', 'pukul 19'],
		['19:00', 'jam 7 malam'],
		['19:00', 'الساعة 7'],
		['19:00', 'بعد الساعة ٧'],
		['19:00', 'בשעה 19'],
		['19:00', 'शाम 7 बजे'],
		['19:00', '19時に'],
		['19:00', '午後7時'],
		['19:00', '晚上7点'],
		['19:00', '오후 7시'],
		['19:00', 'เวลา 19.00 น.'],
		['19:00', '1 ทุ่ม'],
		['19:00', 'às 19h'],
		['19:00', 'at 7 in the evening'],
		['19:00', 'at 7pm'],
		['19:00', '19 heures'],
		['15:15', '오후 3시 15분'],
		['15:15', '午後3時15分'],
		['15:15', '下午3点15分'],
		['15:30', '오후 3시 반'],
		['15:30', '下午3点半'],
		['19:30', '19h30'],
		['19:30', '19.30 uur'],
		['2026-12-24', '期限は2026/12/24まで'],
		['2026-12-24', '截止日期为2026-12-24'],
		['2026-12-24', 'ถึง24/12/2569ค่ะ'],
		['2026-12-24', 'bis 24.12'],
		['2026-12-24', 'bis 24.12.'],
		['2026-12-24', 'tot 24-12'],
		['2026-12-24', '24/12'],
		['2026-12-24', '24-12-2026'],
		['2026-12-24', '24.12.26'],
		['2026-12-24', '24-Dec'],
		['2026-12-24', '24-Dec-2026'],
		['2026-12-24', 'Dec-24'],
		['2026-12-24', "24 Dec '26"],
		['2026-12-24', '12月24日'],
		['2026-12-24', '12월 24일'],
		['2026-12-24', 'ngày 24 tháng 12'],
		['2026-12-24', '24 ธ.ค.'],
		['2026-12-24', '24 दिसंबर'],
		['2026-12-24', '24 בדצמבר'],
		['2026-12-24', '٢٤ ديسمبر'],
		['2026-12-24', '24 aralık'],
		['2026-12-24', '24 декабря'],
		['2026-12-24', 'December 24th'],
		['2026-12-24', 'le 24/12'],
		['2026-10-02', '2-Oct'],
		['2026-10-02', '02-Oct-26'],
		['2026-10-02', '2/Oct/2026'],
		['1998-12-05', '05.12.98'],
		['1998-12-05', '5/12/98'],
		[12800, '1万2,800円'],
		[12800, '1万2800円'],
		[49000, '4만 9천 원'],
		[49000, '4만9천원'],
		[12800, '1만 2,800원'],
		[320000000, '3억 2천만 원'],
		[15000, '1.5万円'],
		[20000000, '2千万円'],
		[1200000000, '$1.2 billion'],
		[1200000000, '1,2 Mrd. €'],
		[1200000000, '1,2 milliard'],
		[1200000000, '1,2 млрд'],
		[1200000000, '$1.2bn'],
		[1200000000, '$1.2B'],
		[12.5, '12€50'],
		[25000000, '2千5百万円'],
		['19:30', 'klo 19.30'],
		['19:30', 'alle 19.30'],
		[0.99, '99 cents'],
		[0.99, '99 ct'],
		[0.99, '99¢'],
		[0.5, '50 centimes'],
		[19, '19,- €'],
		[19, '19,–'],
		[150000, '1.5 लाख'],
		[15000000, '1.5 करोड़'],
		[3000, '3 тыс.'],
		[5000000, '5 milyon'],
		[25000, '25 nghìn'],
		[25000, '25 ribu'],
		[12.5, '12,50 €'],
		[12.5, 'EUR 12.5'],
	] as const)
		it(`${JSON.stringify(text)} says ${JSON.stringify(value)} and nothing more`, () => {
			expect([hasSaid(value, text), invents(value, text)]).to.deep.equal([true, []]);
		});

	for (const [value, text] of [
		['19:00', 'om 20 uur'],
		['19:00', 'at 8pm'],
		['19:00', 'à 18h'],
		['19:00', 'alle 21'],
		['2026-12-24', 'bis 25.12'],
		['2026-12-24', '2026/12/25まで'],
		['2026-12-24', '25-Dec'],
		['2026-10-02', '3-Oct'],
		['1998-12-05', '05.12.97'],
		[12800, '1万3,800円'],
		[49000, '4만 8천 원'],
		[1200000000, '$1.3 billion'],
		[12.5, '12€60'],
		[0.99, '98 cents'],
		['15:15', '오후 4시 15분'],
		['15:15', '오전 3시 15분'],
		['19:00', 'for 19 €'],
		['19:00', '30 days'],
		['2026-12-24', '5-10 %'],
		[12800, '2万円'],
		['19:00', 'your 18 points'],
	] as const)
		it(`${JSON.stringify(text)} says something else than ${JSON.stringify(value)}`, () => {
			expect(hasSaid(value, text)).to.equal(false);
			expect(invents(value, text)).not.to.deep.equal([]);
		});
});

describe('gate: language', () => {
	it('knows a language by code, region, English and own name', () => {
		expect(['de', 'de-AT', 'pt_BR', 'German', 'deutsch', '日本語', 'nb', '', ' FR '].map(languageCode)).to.deep.equal([
			'de',
			'de',
			'pt',
			'de',
			'de',
			'ja',
			'no',
			'',
			'fr',
		]);
		expect(['klingon', 'xx', '4'].map(languageCode)).to.deep.equal([null, null, null]);
	});

	it('never cries wolf at short copy or borrowed words; finds nine in ten of the longer ones that are in another language', async () => {
		const model = await languageModel();
		const judge = (text: string, expected: string): string => languageOf(text, { expected, names: [], model }).kind;
		const copy: (readonly [string, string])[] = Object.entries(SHORT_COPY).flatMap(([language, texts]) =>
			texts.map((text) => [language, text] as const),
		);
		expect([...copy, ...BORROWED_COPY].filter(([language, text]) => judge(text, language) === 'other')).to.deep.equal([]);
		const pairs = copy.flatMap(([language, text]) =>
			Object.keys(SHORT_COPY)
				.filter((other) => other !== language)
				.map((other) => [text, other] as const),
		);
		const found = ([text, other]: readonly [string, string]): boolean => judge(text, other) === 'other';
		const long = pairs.filter(([text]) => text.length >= 60);
		const share = (of: typeof pairs): string => `${String(of.filter(found).length)} of ${String(of.length)}`;
		process.stdout.write(`      other languages found: ${share(long)} texts from 60 characters on, ${share(pairs)} of all\n`);
		expect(long.filter(found).length).to.be.at.least(long.length * 0.9);
	});
});

describe('gates on any text', () => {
	it('never throw, and say little', async () => {
		const model = await languageModel();
		const piece = fc.oneof(
			fc.string({ unit: 'binary' }),
			fc.constantFrom(
				'{{',
				'}}',
				'[',
				']',
				'<',
				'>',
				'%',
				'null',
				'Dear ,',
				'1.234,5',
				'8 July',
				'https://',
				'@',
				'\n',
				'令和',
				'万',
				'é',
				'¹',
			),
		);
		fc.assert(
			fc.property(fc.array(piece), fc.jsonValue(), (pieces, item) => {
				const text = pieces.join('');
				const checks = {
					rules: [{ kind: 'avoids' as const, attribute: null, phrases: [text, 'a*'] }],
					placeholders: true,
					languages: ['de'],
					facts: ['a', ''],
					invented: true,
				};
				for (const { detail } of checkAnswer([{ attribute: 'a', text }], checks, { item, prompts: [text], languageModel: model }))
					expect(detail.length).to.be.below(200);
			}),
			{ numRuns: 300 },
		);
	});

	it('take time in proportion to the length: no text of 20,000 characters takes a second', async () => {
		const model = await languageModel();
		const slow = [
			'[a ',
			'{{',
			'<a ',
			'<style>',
			'1.',
			'1 ',
			'%a',
			'_',
			'a-',
			'a@',
			'&#',
			'XX.',
			'1 may ',
			'1/',
			'\n',
			' ',
			'null ',
			'の',
			'\u0300',
			'as an ',
			'Dear ',
			'12 345 ',
		].map((part) => {
			const text = part.repeat(20_000 / part.length);
			const checks = { rules: [], placeholders: true, languages: ['de'], facts: ['n'], invented: true };
			const runs = [1, 2].map(() => {
				const startMs = performance.now();
				checkAnswer([{ attribute: 'a', text }], checks, { item: { n: 'Anna', text }, prompts: [text], languageModel: model });
				return performance.now() - startMs;
			});
			return [part, Math.min(...runs)] as const;
		});
		expect(slow.filter(([, ms]) => ms > 1000)).to.deep.equal([]);
	});
});
