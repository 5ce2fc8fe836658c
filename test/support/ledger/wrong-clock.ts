/** Required before anything else by a process whose clock is to be wrong: it is ahead by as many milliseconds as the environment says. */
const aheadMs = Number(process.env['LLM_CREDITS_TEST_AHEAD_MS'] ?? 0);
const rightClock = Date.now.bind(Date);

Date.now = () => rightClock() + aheadMs;
