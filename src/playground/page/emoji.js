// Emoji by their Slack short names: what `:tada:` shows, what completion and the picker offer.

const GROUPS = {
  Smileys: `grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 sweat_smile 😅 joy 😂 rofl 🤣 slightly_smiling_face 🙂
    upside_down_face 🙃 wink 😉 blush 😊 innocent 😇 heart_eyes 😍 star-struck 🤩 kissing_heart 😘 yum 😋
    stuck_out_tongue 😛 zany_face 🤪 money_mouth_face 🤑 hugging_face 🤗 face_with_hand_over_mouth 🤭 shushing_face 🤫
    thinking_face 🤔 zipper_mouth_face 🤐 face_with_raised_eyebrow 🤨 neutral_face 😐 expressionless 😑 smirk 😏
    unamused 😒 face_with_rolling_eyes 🙄 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪 sleeping 😴 mask 😷
    exploding_head 🤯 partying_face 🥳 sunglasses 😎 nerd_face 🤓 face_with_monocle 🧐 confused 😕 worried 😟
    open_mouth 😮 astonished 😲 flushed 😳 pleading_face 🥺 cry 😢 sob 😭 scream 😱 disappointed 😞 sweat 😓
    weary 😩 triumph 😤 rage 😡 angry 😠 skull 💀 clown_face 🤡 ghost 👻 alien 👽 robot_face 🤖 melting_face 🫠
    saluting_face 🫡 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊`,
  People: `+1 👍 -1 👎 clap 👏 raised_hands 🙌 pray 🙏 handshake 🤝 wave 👋 ok_hand 👌 v ✌️ crossed_fingers 🤞
    muscle 💪 point_up ☝️ point_right 👉 point_left 👈 point_down 👇 hand ✋ vulcan_salute 🖖 call_me_hand 🤙
    writing_hand ✍️ eyes 👀 brain 🧠 ear 👂 baby 👶 man 👨 woman 👩 technologist 🧑‍💻 office_worker 🧑‍💼
    detective 🕵️ construction_worker 👷 scientist 🧑‍🔬 artist 🧑‍🎨 astronaut 🧑‍🚀 shrug 🤷 facepalm 🤦 raising_hand 🙋
    bow 🙇 busts_in_silhouette 👥 bust_in_silhouette 👤 speaking_head_in_silhouette 🗣️ footprints 👣`,
  Nature: `dog 🐶 cat 🐱 mouse 🐭 fox_face 🦊 bear 🐻 panda_face 🐼 lion_face 🦁 cow 🐮 pig 🐷 frog 🐸 monkey_face 🐵
    chicken 🐔 penguin 🐧 owl 🦉 unicorn_face 🦄 bee 🐝 bug 🐛 ladybug 🐞 butterfly 🦋 turtle 🐢 snake 🐍 octopus 🐙 crab 🦀
    whale 🐳 dolphin 🐬 seedling 🌱 evergreen_tree 🌲 four_leaf_clover 🍀 cherry_blossom 🌸 rose 🌹 sunflower 🌻
    sunny ☀️ partly_sunny ⛅ cloud ☁️ rain_cloud 🌧️ snowflake ❄️ zap ⚡ rainbow 🌈 fire 🔥 droplet 💧 ocean 🌊
    star ⭐ star2 🌟 sparkles ✨ full_moon 🌕 earth_africa 🌍 earth_americas 🌎 earth_asia 🌏`,
  Food: `apple 🍎 banana 🍌 lemon 🍋 strawberry 🍓 avocado 🥑 bread 🍞 cheese_wedge 🧀 pizza 🍕 hamburger 🍔 taco 🌮
    sushi 🍣 cookie 🍪 cake 🍰 birthday 🎂 doughnut 🍩 popcorn 🍿 coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine_glass 🍷
    champagne 🍾 clinking_glasses 🥂`,
  Activity: `tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 trophy 🏆 sports_medal 🏅 first_place_medal 🥇
    second_place_medal 🥈 third_place_medal 🥉 soccer ⚽ basketball 🏀 dart 🎯 game_die 🎲 jigsaw 🧩 video_game 🎮
    art 🎨 musical_note 🎵 guitar 🎸 microphone 🎤 headphones 🎧 movie_camera 🎥 ticket 🎫`,
  Travel: `rocket 🚀 airplane ✈️ car 🚗 taxi 🚕 bus 🚌 train 🚆 bike 🚲 ship 🚢 anchor ⚓ construction 🚧
    vertical_traffic_light 🚦 rotating_light 🚨 house 🏠 office 🏢 hospital 🏥 bank 🏦 factory 🏭 school 🏫 classical_building 🏛️
    world_map 🗺️ compass 🧭 mountain ⛰️ beach_with_umbrella 🏖️ camping 🏕️ statue_of_liberty 🗽`,
  Objects: `bulb 💡 computer 💻 desktop_computer 🖥️ keyboard ⌨️ iphone 📱 telephone_receiver 📞 phone ☎️ battery 🔋
    electric_plug 🔌 floppy_disk 💾 cd 💿 camera 📷 tv 📺 watch ⌚ alarm_clock ⏰ stopwatch ⏱️ hourglass ⌛
    hourglass_flowing_sand ⏳ calendar 📆 date 📅 spiral_calendar_pad 🗓️ clipboard 📋 pushpin 📌 round_pushpin 📍
    paperclip 📎 link 🔗 scissors ✂️ memo 📝 pencil 📝 pencil2 ✏️ lower_left_fountain_pen 🖋️ book 📖 books 📚
    notebook 📓 ledger 📒 page_facing_up 📄 page_with_curl 📃 bookmark_tabs 📑 newspaper 📰 label 🏷️
    file_folder 📁 open_file_folder 📂 card_index_dividers 🗂️ card_index 📇 file_cabinet 🗄️ wastebasket 🗑️
    chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 email 📧 envelope ✉️
    incoming_envelope 📨 envelope_with_arrow 📩 inbox_tray 📥 outbox_tray 📤 package 📦 mailbox 📫 postbox 📮
    moneybag 💰 money_with_wings 💸 dollar 💵 euro 💶 pound 💷 yen 💴 coin 🪙 credit_card 💳 receipt 🧾 gem 💎
    scales ⚖️ briefcase 💼 handbag 👜 shopping_trolley 🛒 lock 🔒 unlock 🔓 key 🔑 old_key 🗝️ shield 🛡️ hammer 🔨
    wrench 🔧 hammer_and_wrench 🛠️ gear ⚙️ toolbox 🧰 magnet 🧲 microscope 🔬 telescope 🔭 test_tube 🧪 mag 🔍
    mag_right 🔎 bell 🔔 no_bell 🔕 loudspeaker 📢 mega 📣 speech_balloon 💬 thought_balloon 💭 satellite_antenna 📡
    broom 🧹 thread 🧵 magic_wand 🪄 crystal_ball 🔮`,
  Symbols: `heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 broken_heart 💔 100 💯
    white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎
    heavy_plus_sign ➕ heavy_minus_sign ➖ warning ⚠️ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 sos 🆘
    exclamation ❗ grey_exclamation ❕ question ❓ grey_question ❔ bangbang ‼️ interrobang ⁉️ information_source ℹ️
    recycle ♻️ arrows_counterclockwise 🔄 arrows_clockwise 🔃 repeat 🔁 leftwards_arrow_with_hook ↩️ twisted_rightwards_arrows 🔀 arrow_right ➡️
    arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_upper_right ↗️ arrow_lower_right ↘️ arrow_forward ▶️
    double_vertical_bar ⏸️ fast_forward ⏩ black_square_for_stop ⏹️ red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡
    large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣 white_circle ⚪ black_circle ⚫
    large_green_square 🟩 large_red_square 🟥 large_yellow_square 🟨 small_blue_diamond 🔹 small_orange_diamond 🔸
    one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 new 🆕 free 🆓 up 🆙
    cool 🆒 ok 🆗 copyright ©️ registered ®️ tm ™️ checkered_flag 🏁 triangular_flag_on_post 🚩 white_flag 🏳️
    rainbow-flag 🏳️‍🌈 flag-eu 🇪🇺 flag-gb 🇬🇧 us 🇺🇸 de 🇩🇪 fr 🇫🇷 it 🇮🇹 es 🇪🇸 jp 🇯🇵 flag-at 🇦🇹 flag-ch 🇨🇭`,
};

const ALIASES = {
  thumbsup: '+1',
  thumbsdown: '-1',
  thinking: 'thinking_face',
  robot: 'robot_face',
  unicorn: 'unicorn_face',
  hugs: 'hugging_face',
  raised_hand: 'hand',
  medal: 'sports_medal',
  trashcan: 'wastebasket',
  check: 'heavy_check_mark',
  green_circle: 'large_green_circle',
  yellow_circle: 'large_yellow_circle',
  orange_circle: 'large_orange_circle',
  eyes_emoji: 'eyes',
  satisfied: 'laughing',
  shopping_cart: 'shopping_trolley',
  stop_sign: 'octagonal_sign',
  pause_button: 'double_vertical_bar',
  flag_eu: 'flag-eu',
  party: 'tada',
  info: 'information_source',
};

/** The picker's groups: `[["Smileys", [["grinning", "😀"], …]], …]`. */
export const EMOJI_GROUPS = Object.entries(GROUPS).map(([title, source]) => {
  const words = source.trim().split(/\s+/);
  return [title, words.flatMap((word, at) => (at % 2 ? [] : [[word, words[at + 1]]]))];
});

const BY_NAME = new Map(EMOJI_GROUPS.flatMap(([, pairs]) => pairs));
const TONES = { 2: '🏻', 3: '🏼', 4: '🏽', 5: '🏾', 6: '🏿' };

/** A short name with an optional skin tone, `wave` or `wave::skin-tone-3`; null when unknown. */
export function emojiChar(name) {
  const [base, tone] = name.replaceAll(':', ' ').trim().split(/\s+/);
  const char = BY_NAME.get(ALIASES[base] ?? base) ?? null;
  const modifier = TONES[tone?.replace('skin-tone-', '')];
  return char && modifier ? char.replace('\uFE0F', '') + modifier : char;
}

/** Finds emoji whose name contains the query; names that begin with it come first. */
export function findEmoji(query, limit = 8) {
  const wanted = query.toLowerCase();
  const hits = [...BY_NAME].filter(([name]) => name.includes(wanted));
  hits.sort(([a], [b]) => b.startsWith(wanted) - a.startsWith(wanted) || a.length - b.length);
  return hits.slice(0, limit);
}
