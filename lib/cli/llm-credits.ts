#!/usr/bin/env node
/** The process of the command line: runs one command, and ends with its exit code when everything is printed. */
import { runCommandLine } from './command-line';

// Whoever lists processes would see keys and passwords among the arguments.
process.title = 'llm-credits';
void runCommandLine(process.argv.slice(2));
