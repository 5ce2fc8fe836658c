/** All routes that the dialogs use, in one table, from which the guard of each follows: who may ask, how, and how often at a time. */

/** What a user of the editor must be allowed, in the words of Node-RED's `adminAuth`. */
type Permission = 'llm-credits.read' | 'llm-credits.write' | 'flows.write';

/** One address and its guard. */
export interface Route {
	readonly method: 'get' | 'post';
	readonly path: string;
	/** What answers it in admin-answers; `script`: the code of the editor, which holds no data. */
	readonly answer: 'models' | 'test' | 'balance' | 'sample' | 'preview' | 'script';
	/** All of them are needed. What runs settings that are not deployed needs the right to deploy too: it sees what a flow may see. */
	readonly permissions: readonly Permission[];
	/** True for what does more than read: it must come as JSON. */
	readonly acts: boolean;
	/** How many are answered at the same time, for all users together; what is more is refused. */
	readonly atOnce: number;
}

export const ROUTES: readonly Route[] = [
	{ method: 'get', path: '/llm-credits/editor.js', answer: 'script', permissions: [], acts: false, atOnce: 100 },
	{ method: 'get', path: '/llm-credits/provider/:id/models', answer: 'models', permissions: ['llm-credits.read'], acts: false, atOnce: 8 },
	{ method: 'get', path: '/llm-credits/ledger/:id/balance', answer: 'balance', permissions: ['llm-credits.read'], acts: false, atOnce: 8 },
	{ method: 'get', path: '/llm-credits/action/:id/sample', answer: 'sample', permissions: ['llm-credits.write'], acts: false, atOnce: 8 },
	{
		method: 'post',
		path: '/llm-credits/provider/test',
		answer: 'test',
		permissions: ['llm-credits.write', 'flows.write'],
		acts: true,
		atOnce: 4,
	},
	{
		method: 'post',
		path: '/llm-credits/action/preview',
		answer: 'preview',
		permissions: ['llm-credits.write', 'flows.write'],
		acts: true,
		atOnce: 4,
	},
];
