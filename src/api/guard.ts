import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Address } from './options.ts';
import { excerpt, Refusal } from './problem.ts';

/** What decides whether a request may pass at all. */
export interface GuardPolicy {
  readonly token: string;
  /** Where the server listens; known only once it does. */
  readonly address: Address;
}

/** The part of a request that the guard looks at. */
export interface RequestHead {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** It asks for the dashboard's page or one of its files, which hold no data. */
  readonly page: boolean;
}

/** True for the names of this machine that no other can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Why a request is refused, or undefined if it may pass. Tested in this order:
 *
 * 1. `Host` names this server. A page elsewhere that makes its own name resolve to 127.0.0.1 is stopped here.
 * 2. `Origin`, where there is one, is this server: no other page's script is answered, and there are no CORS headers.
 * 3. Changing requests carry the owner's token, in a header and never in the address, which ends up in logs. So does
 *    every other request on an address other than loopback, but for the page: a browser loads it before it knows a token.
 * 4. Changing requests are JSON, which no plain form can send.
 */
export function refusalOf(head: RequestHead, policy: GuardPolicy): Refusal | undefined {
  const changing = head.method !== 'GET' && head.method !== 'HEAD';
  const open = !isLoopback(policy.address.host);
  return (
    (open ? undefined : wrongHost(head, policy.address)) ??
    wrongOrigin(head, open) ??
    (changing || (open && !head.page) ? wrongToken(head, policy.token) : undefined) ??
    (changing ? wrongContentType(head) : undefined)
  );
}

function wrongHost(head: RequestHead, address: Address): Refusal | undefined {
  const names = ['127.0.0.1', 'localhost', '[::1]', address.host.includes(':') ? `[${address.host}]` : address.host];
  const allowed = names.map((name) => `${name}:${address.port}`);
  // A client leaves the port out where it is the scheme's own.
  if (address.port === 80) allowed.push(...names);
  const host = head.headers.host?.toLowerCase();
  if (host !== undefined && allowed.includes(host)) return undefined;
  const message = `header Host: expected ${allowed[0]}, found ${excerpt(head.headers.host)}`;
  return new Refusal(421, 'REQUEST_REFUSED', message, `ask for http://${allowed[0]}`);
}

function wrongOrigin(head: RequestHead, open: boolean): Refusal | undefined {
  const { host = '', origin } = head.headers;
  const expected = `http://${host.toLowerCase()}`;
  // An address that others reach may stand behind a proxy that speaks TLS.
  const allowed = open ? [expected, expected.replace('http:', 'https:')] : [expected];
  const hint = 'only pages of this server may ask it; from elsewhere use a client that is no browser';
  if (origin !== undefined && !allowed.includes(origin.toLowerCase())) {
    return new Refusal(403, 'REQUEST_REFUSED', `header Origin: expected ${expected}, found ${excerpt(origin)}`, hint);
  }
  // Browsers send no Origin for an image or a script of another site, but they say that it is one.
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode } = head.headers;
  if ((site === 'cross-site' || site === 'same-site') && mode !== 'navigate') {
    return new Refusal(403, 'REQUEST_REFUSED', `header Sec-Fetch-Site: expected same-origin, found "${site}"`, hint);
  }
  return undefined;
}

function wrongToken(head: RequestHead, token: string): Refusal | undefined {
  const hint = "send `Authorization: Bearer <token>` with the token of the run's owner.json";
  const given = /^Bearer +(\S+)$/i.exec(head.headers.authorization ?? '')?.[1];
  if (given === undefined) {
    const found = head.headers.authorization === undefined ? 'nothing' : 'something else';
    return new Refusal(401, 'TOKEN_REQUIRED', `header Authorization: expected the owner's token, found ${found}`, hint);
  }
  if (sameText(given, token)) return undefined;
  return new Refusal(401, 'TOKEN_REQUIRED', "header Authorization: the token is not the owner's", hint);
}

function wrongContentType(head: RequestHead): Refusal | undefined {
  const type = head.headers['content-type'];
  if (type !== undefined && /^application\/json *(;|$)/i.test(type)) return undefined;
  const message = `header Content-Type: expected application/json, found ${excerpt(type)}`;
  return new Refusal(415, 'REQUEST_INVALID', message, 'send `Content-Type: application/json` and a JSON body');
}

/** Compares in a time that says nothing about where the texts differ, nor how long the secret one is. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
