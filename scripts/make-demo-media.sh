#!/usr/bin/env bash
# Makes the small films, songs and pictures of the demo account, in src/emulator/media. Needs ffmpeg.
set -euo pipefail
cd "$(dirname "$0")/../src/emulator/media"

quiet=(ffmpeg -hide_banner -loglevel error -y)
exact=(-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1)
h264=(-c:v libx264 -preset veryslow -crf 34 -pix_fmt yuv420p -g 48)

cat > subtitles.srt <<'SRT'
1
00:00:01,000 --> 00:00:04,000
A small film, made of numbers.

2
00:00:05,000 --> 00:00:09,000
Il n’y a ni acteur, ni caméra.

3
00:00:10,000 --> 00:00:14,000
Seek anywhere: every byte is here.
SRT

cat > subtitles.ass <<'ASS'
[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 360

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, Bold, Italic, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Sans,28,&H00FFFFFF,&H00000000,0,0,1,2,0,2,20,20,20,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:04.00,Default,,0,0,0,,{\i1}A small film, made of numbers.{\i0}
Dialogue: 0,0:00:05.00,0:00:09.00,Default,,0,0,0,,Il n’y a ni acteur, ni caméra.
ASS

# A film in the form that browsers start at once: index before data.
"${quiet[@]}" -f lavfi -i 'gradients=size=640x360:rate=24:duration=20:speed=0.02:seed=4:n=3' \
  -f lavfi -i 'sine=frequency=220:duration=20' -f lavfi -i 'sine=frequency=330:duration=20' \
  -filter_complex '[1:a][2:a]amix=inputs=2,tremolo=f=0.5:d=0.6[a]' -map 0:v -map '[a]' "${exact[@]}" \
  "${h264[@]}" -c:a aac -b:a 48k -movflags +faststart film.mp4

# A film as collections hold it: two languages and subtitles.
"${quiet[@]}" -f lavfi -i 'life=size=320x180:rate=24:mold=10:ratio=0.1:seed=3:death_color=#401060:life_color=#f0c040,scale=640:360:flags=neighbor' \
  -f lavfi -i 'sine=frequency=262:duration=15' -f lavfi -i 'sine=frequency=392:duration=15' -i subtitles.srt \
  -t 15 -map 0:v -map 1:a -map 2:a -map 3:s "${exact[@]}" -c:v libx264 -preset veryslow -crf 44 -pix_fmt yuv420p -g 48 \
  -c:a aac -b:a 32k -c:s srt -metadata:s:a:0 language=eng -metadata:s:a:1 language=fra \
  -metadata:s:s:0 language=eng -disposition:a:0 default film.mkv

# An episode: shorter still, for several entries share it.
"${quiet[@]}" -f lavfi -i 'testsrc2=size=480x270:rate=24:duration=10' -f lavfi -i 'sine=frequency=440:beep_factor=2:duration=10' \
  "${exact[@]}" "${h264[@]}" -c:a aac -b:a 32k episode.mkv

"${quiet[@]}" -f lavfi -i 'sine=frequency=196:duration=20' -f lavfi -i 'sine=frequency=294:duration=20' \
  -filter_complex '[0:a][1:a]amix=inputs=2,tremolo=f=2:d=0.7[a]' -map '[a]' "${exact[@]}" \
  -c:a libmp3lame -b:a 48k -id3v2_version 3 -metadata title='Two Tones' -metadata artist='The Oscillators' song.mp3
"${quiet[@]}" -f lavfi -i 'sine=frequency=147:sample_rate=22050:duration=10' "${exact[@]}" -c:a flac \
  -metadata title='One Tone' -metadata artist='The Oscillators' song.flac

"${quiet[@]}" -f lavfi -i 'gradients=size=400x600:seed=9:n=4:duration=1' -frames:v 1 "${exact[@]}" -q:v 6 poster.jpg
"${quiet[@]}" -f lavfi -i 'mandelbrot=size=960x640:start_scale=0.6:rate=1' -frames:v 1 "${exact[@]}" -q:v 8 photo.jpg
