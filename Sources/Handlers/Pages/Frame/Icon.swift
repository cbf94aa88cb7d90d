internal import HTML

/// The symbols of the site's own set: 24 px grid, stroke only, drawn in the colour of the text beside them.
enum Icon: String, CaseIterable {
    case bell, bookmark, check, close, comment, dice, download, film, fire, flag, full, heart, infinity, info, left,
        list
    case lock, loop, medal, menu
    case mute, next, pause
    case person, play, prev, ranks, right, search, send, share, shield, sound, swap, up, upload, users, warn, watch

    /// The icon; the control has its name in its own label.
    var image: HTML { sized("icon") }
    var small: HTML { sized("icon icon--sm") }
    var large: HTML { sized("icon icon--lg") }

    private func sized(_ names: String) -> HTML {
        "<svg class=\"\(names)\" aria-hidden=\"true\"><use href=\"#i-\(rawValue)\"/></svg>"
    }

    /// Its drawing for the page's sprite.
    var symbol: HTML {
        "<symbol id=\"i-\(rawValue)\" viewBox=\"0 0 24 24\"><path d=\"\(path)\"/></symbol>"
    }

    private var path: String {
        switch self {
        case .bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15ZM10 21h4"
        case .bookmark: "M6.500 4h11v16L12 15.500 6.500 20Z"
        case .check: "m4.5 12.5 5 5 10-11"
        case .close: "m6 6 12 12M18 6 6 18"
        case .comment: "M4 5h16v11H10l-4.5 4v-4H4Z"
        case .dice: "M4 4h16v16H4Zm4.5 4.500v.01m7 0v.01m-3.500 3.500v.01m-3.500 3.500v.01m7 0v.01"
        case .download: "M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M4 19.5h16"
        case .film: "M4 4h16v16H4ZM8 4v16m8-16v16M4 9.3h4m8 0h4M4 14.7h4m8 0h4"
        case .fire:
            "M12 3.5c.5 4 5.5 5.5 5.5 11a5.5 5.5 0 0 1-11 0c0-2.5 1.3-3.800 2.5-5 .5 2 1.5 2.5 2 2.5.5-3-.5-5.5 1-8.5Z"
        case .flag: "M6 20.5V4m0 0h11.5l-2.500 4 2.500 4H6"
        case .full: "M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5"
        case .heart: "M12 20S4 15.200 4 9.200A4.200 4.200 0 0 1 12 7a4.200 4.200 0 0 1 8 2.200C20 15.200 12 20 12 20Z"
        case .infinity:
            "M12 12c-2-2.7-3.7-4-5.7-4a4 4 0 0 0 0 8c2 0 3.7-1.3 5.7-4s3.7-4 5.7-4a4 4 0 0 1 0 8c-2 0-3.7-1.3-5.7-4Z"
        case .info: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 11v5m0-8v.01"
        case .left: "m15 6-6 6 6 6"
        case .list: "M9 6.500h11M9 12h11M9 17.500h11M4.500 6.500v.01M4.500 12v.01M4.500 17.500v.01"
        case .lock: "M6 11h12v9H6Zm2.500 0V8a3.500 3.500 0 0 1 7 0v3"
        case .loop:
            "M17 3.5 20.5 7 17 10.5M20 7H7a3.5 3.5 0 0 0-3.5 3.5V12M7 20.5 3.5 17 7 13.5M4 17h13a3.5 3.5 0 0 0 3.5-3.5V12"
        case .medal: "M12 21a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM8.5 10 5.5 3h4L12 8.5 14.5 3h4l-3 7"
        case .menu: "M4 7h16M4 12h16M4 17h16"
        case .mute: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM16 9.5l5 5m0-5-5 5"
        case .next: "M6 5.5v13L16 12Zm12 0v13"
        case .pause: "M8 5v14M16 5v14"
        case .person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.5a7.5 7.5 0 0 1 15 0"
        case .play: "M7 4.5v15l12-7.5Z"
        case .prev: "M18 5.5v13L8 12ZM6 5.5v13"
        case .right: "m9 6 6 6-6 6"
        case .search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.800-1.700 5.200 5.200"
        case .send: "M20.500 3.500 3.500 10l7 3.500 3.500 7Zm-10 10 3.500-3.500"
        case .share: "M12 15V3.5m0 0L7.5 8M12 3.5 16.5 8M5 13v7h14v-7"
        case .ranks: "M5 20v-7m7 7V4m7 16v-11"
        case .shield: "M12 3.5 5 6v5.5c0 4.3 2.9 7.5 7 9 4.1-1.5 7-4.700 7-9V6Z"
        case .sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM15.5 9a4 4 0 0 1 0 6m2.5-8.5a7.5 7.5 0 0 1 0 11"
        case .swap: "M4 8h14m0 0-3.5-3.5M18 8l-3.5 3.5M20 16H6m0 0 3.5-3.5M6 16l3.5 3.5"
        case .up: "m6 15 6-6 6 6"
        case .upload: "M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M4 19.5h16"
        case .users:
            "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 5a3.5 3.5 0 0 1 0 6.5m2.5 3.200A6.5 6.5 0 0 1 21.5 20"
        case .warn: "M12 4 2.5 20h19ZM12 10v4.5m0 2.5v.01"
        case .watch: "M3.5 5.5h17v11h-17ZM8 20h8M10.5 8.5v5l4-2.5Z"
        }
    }
}
