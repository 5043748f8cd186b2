import type { VideoTrack } from './media-info.ts';
import type { PlaybackPlan } from './playback-plan.ts';

/** ffmpeg's names of the transfer functions of HDR: PQ and HLG (ITU-R BT.2100). */
const HDR_TRANSFERS = ['smpte2084', 'arib-std-b67'] as const;
export type HdrTransfer = (typeof HDR_TRANSFERS)[number];

/** Filters of ffmpeg that tone mapping needs; builds without zimg have no zscale. */
export const TONE_MAPPING_FILTERS: readonly string[] = ['zscale', 'tonemap'];

/** How the HDR is coded that a plan converts for a browser; null: it converts none. */
export function convertedHdr({ video }: PlaybackPlan): HdrTransfer | null {
  return video === null || video.copy ? null : hdrTransfer(video.track);
}

/** Dolby Vision without a word on its picture is PQ; with one, its picture may be an ordinary one too. */
export function hdrTransfer({ hdr, transfer }: VideoTrack): HdrTransfer | null {
  const known = HDR_TRANSFERS.find((each) => each === transfer);
  if (known !== undefined || hdr === null) return known ?? null;
  if (hdr === 'hlg') return 'arib-std-b67';
  return hdr === 'hdr10' || transfer === null ? 'smpte2084' : null;
}

/** What of an HDR this ffmpeg can map; null: there is nothing to map, or its colours are taken as they are. */
export async function mappable(
  hdr: HdrTransfer | null,
  tools: { canToneMap(): Promise<boolean> },
): Promise<HdrTransfer | null> {
  return hdr !== null && (await tools.canToneMap()) ? hdr : null;
}

/**
 * Filters from HDR to the brightness and colours of BT.709, by way of linear light in which 1 is 100 cd/m². What the
 * pictures themselves leave unsaid is taken for BT.2020, as HDR is.
 */
export function toneMappingFilters(transfer: HdrTransfer): string {
  return [
    `zscale=tin=${transfer}:pin=2020:min=2020_ncl:t=linear:npl=100:p=709`,
    'format=gbrpf32le',
    'tonemap=hable:desat=0',
    'zscale=t=709:m=709:r=limited',
  ].join(',');
}
