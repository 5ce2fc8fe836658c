/** Every message that sends people to a backup names the command that brings it back. */
import { expect } from 'chai';
import * as ts from 'typescript';
import { restoreHint } from '../../../lib/core/values/restore-hint';
import { repositoryRoot } from '../../support/machine/repository';
import { readTree, treeOf, type SourceTree } from '../../support/charter/source-tree';

/** Where the words are declared, and the commands themselves with their help. */
const SPEAKS_OF_IT = /^lib\/(core\/values\/restore-hint|cli\/commands\/files\/(backup|restore)|cli\/examples)\.ts$/;

/** Texts in code that tell people of a backup to restore, each with its place. */
function ownWords(tree: SourceTree): string[] {
	const found: string[] = [];
	for (const { path, syntax } of tree.files.values()) {
		if (syntax === null || !/^(lib|nodes|credentials)\//.test(path) || SPEAKS_OF_IT.test(path)) continue;
		const look = (node: ts.Node): void => {
			const isText = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
			const text = isText ? node.getText(syntax).replace(/\$\{[^}]*\}/g, '') : '';
			if (/\brestor(e|ing)\b/i.test(text) && /backup/i.test(text) && !isOfHint(node, syntax)) found.push(`${path}: ${text}`);
			else node.forEachChild(look);
		};
		look(syntax);
	}
	return found;
}

/** True for a text that ends in the words of a server, which has no command of its own. */
function isOfHint(node: ts.Node, syntax: ts.SourceFile): boolean {
	return node.getText(syntax).includes('${DUMP_HINT}');
}

describe('words about restoring', () => {
	it('are said in one place', () => {
		expect(ownWords(readTree(repositoryRoot()))).to.deep.equal([]);
	});

	it('are found wherever a message has its own', () => {
		const texts = {
			'lib/a.ts': "export const A = 'It cannot be read. Restore it from a backup.';",
			'lib/b.ts': 'export const b = (x: string) => `${x} is damaged; restoring a backup helps.`;',
			'lib/c.ts': "// restore a backup\nexport const c = 'restored from there';",
		};
		expect(ownWords(treeOf(texts)).map((text) => text.slice(0, 8))).to.deep.equal(['lib/a.ts', 'lib/b.ts']);
	});

	it('name the command, the file, and the page for a server', () => {
		expect(restoreHint('/data/ledger.db')).to.equal(
			'stop what uses it and restore a backup with "llm-credits restore --from BACKUP --ledger /data/ledger.db"',
		);
		expect(restoreHint()).to.contain('"llm-credits restore --from BACKUP --ledger FILE"').and.to.contain('docs/postgres.md');
	});
});
