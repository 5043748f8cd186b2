/** ISO 639-1 and, behind it, the bibliographic code of ISO 639-2, which Kodi and Jellyfin compare languages by. */
const BIBLIOGRAPHIC_CODES =
  'aa aar ab abk ae ave af afr ak aka am amh an arg ar ara as asm av ava ay aym az aze ba bak be bel bg bul bi bis ' +
  'bm bam bn ben bo tib br bre bs bos ca cat ce che ch cha co cos cr cre cs cze cu chu cv chv cy wel da dan de ger ' +
  'dv div dz dzo ee ewe el gre en eng eo epo es spa et est eu baq fa per ff ful fi fin fj fij fo fao fr fre fy fry ' +
  'ga gle gd gla gl glg gn grn gu guj gv glv ha hau he heb hi hin ho hmo hr hrv ht hat hu hun hy arm hz her ia ina ' +
  'id ind ie ile ig ibo ii iii ik ipk io ido is ice it ita iu iku ja jpn jv jav ka geo kg kon ki kik kj kua kk kaz ' +
  'kl kal km khm kn kan ko kor kr kau ks kas ku kur kv kom kw cor ky kir la lat lb ltz lg lug li lim ln lin lo lao ' +
  'lt lit lu lub lv lav mg mlg mh mah mi mao mk mac ml mal mn mon mr mar ms may mt mlt my bur na nau nb nob nd nde ' +
  'ne nep ng ndo nl dut nn nno no nor nr nbl nv nav ny nya oc oci oj oji om orm or ori os oss pa pan pi pli pl pol ' +
  'ps pus pt por qu que rm roh rn run ro rum ru rus rw kin sa san sc srd sd snd se sme sg sag si sin sk slo sl slv ' +
  'sm smo sn sna so som sq alb sr srp ss ssw st sot su sun sv swe sw swa ta tam te tel tg tgk th tha ti tir tk tuk ' +
  'tl tgl tn tsn to ton tr tur ts tso tt tat tw twi ty tah ug uig uk ukr ur urd uz uzb ve ven vi vie vo vol wa wln ' +
  'wo wol xh xho yi yid yo yor za zha zh chi zu zul';

const BIBLIOGRAPHIC = pairs(BIBLIOGRAPHIC_CODES.split(' '));

/** Codes that name no language: undetermined, several, none, uncoded. */
const NO_LANGUAGE: ReadonlySet<string> = new Set(['und', 'mul', 'zxx', 'mis']);

/** The ISO 639-2/B code of a language that a track names by any of ISO 639 or BCP 47, such as `fr-CA`; null: none. */
export function languageCode(tag: string | null): string | null {
  const language = tag === null ? undefined : canonicalLanguage(tag.trim());
  if (language === undefined || NO_LANGUAGE.has(language)) return null;
  return BIBLIOGRAPHIC.get(language) ?? (/^[a-z]{3}$/.test(language) ? language : null);
}

/** The shortest code, which two codes of one language share: `fr` for `fre` and for `fra`. */
function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]?.split('-')[0];
  } catch {
    return undefined;
  }
}

function pairs(codes: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (let at = 0; at + 1 < codes.length; at += 2) map.set(codes[at] ?? '', codes[at + 1] ?? '');
  return map;
}
