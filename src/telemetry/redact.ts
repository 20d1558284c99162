/** Stands where a secret stood. */
const gone = '[redacted]';

/** What looks like a secret wherever it stands in a text; each runs in linear time. */
const patterns: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Discord: bot tokens (id.time.signature), older user tokens, webhooks with their token, interactions with theirs.
  [/\b[\w-]{23,30}\.[\w-]{5,8}\.[\w-]{25,110}(?![\w-])/g, gone],
  [/\bmfa\.[\w-]{20,}/g, gone],
  [/(\/(?:webhooks|interactions)\/\d{1,24}\/)[^/\s?#"']+/g, `$1${gone}`],
  [/\baW50ZXJhY3Rpb246[\w+/=-]{8,}/g, gone],
  // What goes into an Authorization header.
  [/(\bauthorization["']?\s{0,8}[:=]\s{0,8}["']?)(?:(?:bot|bearer|basic)\s{1,8})?[^\s"',;]+/gi, `$1${gone}`],
  [/(\b(?:bearer|basic)\s{1,8})[\w.~+/=-]{16,}/gi, `$1${gone}`],
  // Keys of other services, by their usual beginnings.
  [/\b(?:hf_|sk-|gh[opsru]_|github_pat_|xox[abp]-)[\w-]{16,}/g, gone],
  // The name and password in a URI, and secrets among its parameters.
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"'<>]{1,512}@/gi, `$1${gone}@`],
  [/([?&](?:[a-z_-]{0,20}token|[a-z_-]{0,12}key|password|secret|sig|signature)=)[^\s&#"'<>]+/gi, `$1${gone}`],
];

/** Names of fields whose value is a secret whatever it looks like; `contextTokens` and its like are none. */
const secretName =
  /^(?:.*(?:token|secret|password|passphrase|authorization|cookie|webhook_?url)|.*(?:api|private|access)[-_]?key)$/i;

export const isSecretName = (name: string): boolean => secretName.test(name);

/**
 * Takes secrets out of texts: those that are given, wherever they stand, and what looks like one.
 *
 * @param secrets known secrets; ones below six characters are passed over, for they would hit ordinary words
 */
export const createRedact = (secrets: readonly string[]): ((text: string) => string) => {
  const known = secrets.filter((secret) => secret.length >= 6).sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of known) clean = clean.replaceAll(secret, gone);
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    return clean;
  };
};
