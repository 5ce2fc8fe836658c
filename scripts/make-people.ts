/**
 * Owns scripts/start/people.csv: made-up people in the shape of a real export, with missing values, many scripts and languages, quotes,
 * commas and line breaks inside fields, emoji, very long names and rows without any data. The same seed gives the same bytes.
 * Refuses real data: every name is drawn from a list, every address ends in .example.
 * Run `npm run people` after a change.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unparse } from 'papaparse';
import cultures from './make-people.data.json';
import { Chance } from './start/chance';

const SEED = 20_261_121;
const PEOPLE = 520;
/** Rows of separators alone, as spreadsheets leave them behind. */
const EMPTY_ROWS_AFTER = [88, 213, 214, 419];
const TODAY_MS = Date.UTC(2026, 10, 21);
const DAY_MS = 86_400_000;

const COLUMNS = [
	'id',
	'first_name',
	'last_name',
	'email',
	'language',
	'country',
	'city',
	'segment',
	'last_product',
	'last_purchase',
	'total_spent',
	'points',
	'notes',
] as const;
type Row = Record<(typeof COLUMNS)[number], string>;
type Culture = (typeof cultures)[number];

const SEGMENTS = ['new', 'returning', 'returning', 'returning', 'vip', 'lapsed', 'lapsed'];
const PRODUCTS = [
	'Trail shoes',
	'Rain jacket "Fjord"',
	'Wool socks, 3 pairs',
	'Head torch',
	'2-person tent',
	'Thermos 0.75 l',
	'Climbing rope',
	'Café mug ☕',
	'Gift card',
];
const EMPTY: Row = Object.fromEntries(COLUMNS.map((column) => [column, ''])) as Row;

/** People who are hard on software: the last rows of the file. */
const HARD_CASES: readonly Partial<Row>[] = [
	{
		first_name: 'Pablo Diego José Francisco de Paula Juan Nepomuceno María de los Remedios Cipriano de la Santísima Trinidad',
		last_name: 'Ruiz y Picasso',
		language: 'es',
		segment: 'vip',
	},
	{
		first_name: 'Hubert Blaine',
		last_name: 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafe',
		language: 'de',
		segment: 'new',
	},
	{ first_name: '👩‍👩‍👧‍👦 Family', last_name: 'Åström 🏳️‍🌈', language: 'sv', segment: 'returning' },
	{ first_name: 'Null', last_name: 'None', language: 'en', segment: 'lapsed', notes: 'Yes, that is really the name' },
	{ first_name: 'Robert"); DROP TABLE people;--', last_name: '', language: 'en', segment: 'new' },
	{
		first_name: '{{first_name}}',
		last_name: '${LAST}',
		language: 'en',
		segment: 'new',
		notes: 'Import went wrong:\nplaceholders\tinstead of names',
	},
	{
		first_name: 'محمد Mohammed',
		last_name: 'כהן Cohen',
		language: '',
		segment: 'returning',
		notes: 'Two directions of writing in one row',
	},
	{ first_name: 'Zoë', last_name: 'Zalgo̷̡͝', language: 'en', segment: 'lapsed' },
];

/** All rows of the file, the empty ones included, for a seed. */
function makeRows(seed: number): Row[] {
	const chance = new Chance(seed);
	const wheel = cultures.flatMap((culture) => Array<Culture>(culture.weight).fill(culture));
	const rows: Row[] = [];
	for (let index = 0; index < PEOPLE; index += 1) {
		const hard = HARD_CASES[index - (PEOPLE - HARD_CASES.length)];
		const row = makePerson(chance, { culture: chance.pick(wheel), number: index + 1 });
		rows.push(hard ? { ...row, ...hard } : row);
		if (EMPTY_ROWS_AFTER.includes(index)) rows.push(EMPTY);
	}
	return rows;
}

function makePerson(chance: Chance, { culture, number }: { culture: Culture; number: number }): Row {
	const segment = chance.pick(SEGMENTS);
	const isNew = segment === 'new';
	const boughtDaysAgo = chance.below(segment === 'lapsed' ? 900 : 120) + (segment === 'lapsed' ? 200 : 1);
	const spentCents = isNew ? 0 : chance.below(segment === 'vip' ? 300_000 : 40_000) + 900;
	const orMissing = (value: string, percent: number): string => (chance.below(100) < percent ? '' : value);
	return {
		id: `P${String(number).padStart(4, '0')}`,
		first_name: orMissing(chance.pick(culture.first), 4),
		last_name: orMissing(chance.pick(culture.last), 6),
		email: orMissing(`person${String(number)}@mail.example`, 5),
		language: orMissing(culture.language, 8),
		country: orMissing(culture.country, 5),
		city: orMissing(chance.pick(culture.cities), 15),
		segment: orMissing(segment, 3),
		last_product: isNew ? '' : orMissing(chance.pick(PRODUCTS), 5),
		last_purchase: isNew ? '' : orMissing(new Date(TODAY_MS - boughtDaysAgo * DAY_MS).toISOString().slice(0, 10), 5),
		total_spent: isNew ? '' : `${String(Math.floor(spentCents / 100))}.${String(spentCents % 100).padStart(2, '0')}`,
		points: orMissing(String(chance.below(5000)), 20),
		notes: orMissing(chance.pick(culture.notes), 65),
	};
}

/** The file as text: UTF-8 without a mark, commas, line feeds. */
export function makePeopleCsv(seed: number = SEED): string {
	return `${unparse({ fields: [...COLUMNS], data: makeRows(seed) }, { newline: '\n' })}\n`;
}

if (require.main === module) {
	const path = join(process.cwd(), 'scripts', 'start', 'people.csv');
	writeFileSync(path, makePeopleCsv());
	console.log(`${String(PEOPLE)} people written to ${path}`);
}
