/** Whether this browser says that it shows H.265, which the bridge then leaves as it is. */
export function showsHevc(): boolean {
  return document.createElement('video').canPlayType('video/mp4; codecs="hvc1.1.6.L93.B0"') !== '';
}
