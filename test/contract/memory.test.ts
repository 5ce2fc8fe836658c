import { openMemoryLedger } from '../../lib/ledger/memory/store';
import { describeStore } from './store-contract';

describeStore('memory', (clock) => Promise.resolve(openMemoryLedger({ clock })));
