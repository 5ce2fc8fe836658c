/**
 * Owns `npm run bench:n8n`: the rows that need a real n8n, which is installed on first use (about five minutes).
 *
 *   npm run bench:n8n -- [--json FILE] [--docs]
 */
import { parseArgs } from 'node:util';
import { N8N_BENCHES } from './n8n';
import { RUN_OPTIONS, runBenches, runCommand } from './run-benches';

runCommand(async () => runBenches(N8N_BENCHES, parseArgs({ options: RUN_OPTIONS }).values));
