/**
 * What no honest agent passes, whatever its trials do: the agent cuts, splits or refuses first, and a program that leaves
 * too much is its own trial's affair. Who passes one of these is not an agent of ours, and is not listened to any more.
 */

/**
 * Characters of one message. The longest is \`state\`: an attempt with its trial takes about 100 characters, so that
 * 480,000 of them fit, where a sweep of over 200,000 trials has to be asked for twice. An end with 20,000 artifacts,
 * 4 MiB of their paths and 1 MiB of their bytes stays under 16 MiB.
 */
export const mostMessageChars = 48 * 1024 ** 2;

/**
 * Of a message that tells of the moment, or answers a question: figures of 16 GPUs with all that holds them take 50 KB, and
 * a chunk of a file 700 KB. To read 20 MB of rules takes 5 s, in which nobody else is heard.
 */
export const mostShortChars = 4 * 1024 ** 2;

/** Attempts in one message: a ledger takes no sweep of over 1,000,000 trials. */
export const mostAttempts = 1_000_000;

/** A sentence or a log's tail. The agent keeps 8 KiB of a log, and nothing that it says is longer. */
export const mostTextChars = 256 * 1024;

/** Names of hosts, devices, drivers and users; the longest are GPU names of about 100 characters. */
export const mostNameChars = 4_096;

/** Artifacts of an end: the agent lists 20,000. */
export const mostArtifacts = 40_000;

/** Files of a checkpoint: the agent takes none along that has over 100,000. */
export const mostCheckpointFiles = 100_000;

/** Bytes of files in one message: an end brings 1 MiB, an answer 512 KiB. A third more as base64 (RFC 4648, 4). */
export const mostInlineBytes = 2 * 1024 ** 2;

/**
 * A metrics line: names and texts together, and how many. The agent keeps 64 KiB of a line, and its objective.
 */
export const mostLineChars = 256 * 1024;
export const mostLineValues = 64 * 1024;

/** Kept lines of an attempt: the agent keeps 10,000. */
export const mostLines = 20_000;

/** GPUs of a host, ledgers on it, rules that hold an attempt, steps of a check, tags of a Python: each by far. */
export const mostItems = 4_096;

/** A size in bytes, a time or a count: what a double holds exactly. */
export const mostNumber = Number.MAX_SAFE_INTEGER;

/** Seconds of a trial, of clock or of CPU: 30 years. */
export const mostSeconds = 1e9;

/**
 * How far a host may be ahead of a ledger in terms. Each start of a coordinator is a term, so that an older copy of a
 * ledger is a few thousand behind at most; nor can a host drive the count out of what a double holds.
 */
export const mostTermsAhead = 1_000_000;
