/**
 * Words that tell ssh where to go. ssh hands hosts, users and ports to a shell where its config has a ProxyCommand or a
 * ProxyJump (ssh_config(5); OpenSSH before 9.6 checks none of them, CVE-2023-51385), so only characters that mean
 * themselves in every shell are let through. Pure.
 */
import { z } from 'zod';
import { namePattern } from '../source/leaf-input.ts';

/** RFC 1123, 2.1, and the underscore that labs use all the same. */
const label = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const hostPattern = new RegExp(String.raw`^(?=.{1,254}$)${label}(?:\.${label})*\.?$`);
/** RFC 4007, 11: the interface, behind an address that holds on one link only. */
const zonePattern = /%[A-Za-z0-9_.-]{1,15}$/;
/** POSIX, 3.426, and what Active Directory puts before or behind a name. */
const userPattern =
  /^(?:[A-Za-z0-9_.][A-Za-z0-9_.-]*\\)?[A-Za-z0-9_.+][A-Za-z0-9_.+-]*(?:@[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/;
const mostPort = 65_535;

/** A host's name or an IP address. */
export const isAddress = (text: string): boolean => hostPattern.test(text) || isIpv6(text);

export const isUser = (text: string): boolean => text.length <= 256 && userPattern.test(text);

/** The way through jump hosts as ProxyJump has it: `user@host:port`, several with commas between them, or `none`. */
export const isJump = (text: string): boolean => text.split(',').every(isOneJump);

function isOneJump(text: string): boolean {
  const jump = /^(?:ssh:\/\/)?(?:(.*)@)?(?:\[([^\]]*)\]|([^:[\]/]*))(?::([1-9]\d{0,4}))?\/?$/.exec(text);
  if (jump === null) return false;
  const [, user, bracketed, plain = '', port = '22'] = jump;
  const isHost = bracketed === undefined ? isHostOrName(plain) : isIpv6(bracketed);
  return isHost && (user === undefined || isUser(user)) && Number(port) <= mostPort;
}

/** What ssh may be told to connect to: an address, or a name of the inventory. */
export const isHostOrName = (text: string): boolean => isAddress(text) || namePattern.test(text);

const isIpv6 = (text: string): boolean => z.ipv6().safeParse(text.replace(zonePattern, '')).success;
