/** `llm-credits doctor` on real disks that are full or read-only, and on files that another user owns. Takes Linux and root. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mountFinding } from '../../lib/runtime/doctor/mount';
import { CommandLine, type Document } from '../support/command-line/command-line';
import { grantCredits } from '../support/ledger/ledger-reader';
import { mountSmallDisk, type SmallDisk } from '../support/machine/small-disk';
import { temporaryFolder } from '../support/machine/temporary-folder';

describe('doctor on real disks', function () {
	this.timeout(120_000);
	let cli: CommandLine;
	let disk: SmallDisk | null = null;
	beforeEach(() => {
		cli = new CommandLine();
	});
	afterEach(() => {
		disk?.unmount();
		disk = null;
	});

	async function finding(check: string, ledger: string, code: number): Promise<Document> {
		const { checks } = await cli.document(['doctor', '--ledger', ledger], code);
		return (checks as Document[]).find((each) => each['check'] === check) ?? {};
	}

	it('finds a disk that is full, and one that is in memory when there is room', async () => {
		disk = mountSmallDisk(96);
		const ledger = join(disk.folder, 'llm-credits', 'ledger.db');
		await grantCredits(ledger, '5');
		expect(await finding('mount', ledger, 0)).to.include({ state: 'warning' });
		disk.leaveRoom(100_000);
		expect(mountFinding(ledger)).to.deep.include({ state: 'wrong', says: 'The disk of the ledger is full.' });
		disk.makeRoom();
	});

	it('finds a disk that is mounted read-only', async () => {
		disk = mountSmallDisk(8);
		const ledger = join(disk.folder, 'llm-credits', 'ledger.db');
		await grantCredits(ledger, '5');
		execFileSync('mount', ['-o', 'remount,ro', disk.folder]);
		const found = await finding('mount', ledger, 3);
		expect(found).to.include({ state: 'wrong', says: `${disk.folder} is mounted read-only.` });
		expect((await finding('ledger', ledger, 3))['says']).to.match(/cannot be written/);
	});

	it('finds a ledger that root has made in the folder of a host', async () => {
		const host = join(temporaryFolder(), '.n8n');
		const ledger = join(host, 'llm-credits', 'ledger.db');
		await grantCredits(ledger, '5');
		expect(await finding('rights', ledger, 0)).to.include({ state: 'ok' });
		const { gid } = statSync(host);
		chownSync(host, 12_345, gid);
		const found = await finding('rights', ledger, 1);
		expect(found['todo']).to.include(`chown 12345:${String(gid)} ${dirname(ledger)} ${ledger}`);
		chownSync(dirname(ledger), 12_345, gid);
		chownSync(ledger, 12_345, gid);
		for (const suffix of ['-wal', '-shm']) expect(() => statSync(`${ledger}${suffix}`)).to.throw(/ENOENT/);
		expect(await finding('rights', ledger, 0)).to.include({ state: 'ok' });
	});
});
