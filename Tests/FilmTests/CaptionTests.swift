import FoundationEssentials
import Media
import Platform
import Postgres
import Queue
import Refusals
import TestSupport
import Testing

@testable import Film

@Suite("FILM-09 captions of a clip")
struct CaptionFileTests {
    @Test("FILM-09 a file is written again in one form: notes and names of cues go, settings and markup stay")
    func oneForm() throws {
        let text = """
            \u{FEFF}WEBVTT - Low water\r
            \r
            NOTE made by hand\r
            \r
            first\r
            00:00.500 --> 00:02.000 line:0 align:start\r
            <v Mira>The <b>tide</b> &amp; I\r
            wait.\r
            \r
            00:00:02.000 --> 00:00:08.100\r
            <00:00:03.000>Now.\r
            """
        let captions = try Captions(parsing: text, within: 7_967)
        #expect(
            captions.webVTT == """
                WEBVTT

                00:00:00.500 --> 00:00:02.000 line:0 align:start
                <v Mira>The <b>tide</b> &amp; I
                wait.

                00:00:02.000 --> 00:00:07.967
                <00:00:03.000>Now.

                """)
        #expect(try Captions(parsing: captions.webVTT, within: 7_967) == captions)
        // The length is known later: what is behind it goes.
        let cut = Captions(stored: captions.webVTT, within: 1_000)
        #expect(cut?.cues.map(\.end) == [1_000])
        #expect(Captions(stored: captions.webVTT, within: 100) == nil)
    }

    @Test(
        "FILM-09 what is wrong is said with its line",
        arguments: [
            ("", 1, "begins with WEBVTT"), ("WEBVTTX\n\n00:00.000 --> 00:01.000\na", 1, "begins with WEBVTT"),
            ("WEBVTT\n", nil, "no captions"), ("WEBVTT\n\nNOTE only this", nil, "no captions"),
            ("WEBVTT\n\n0:00 --> 0:01\na", 3, "times of a cue"),
            ("WEBVTT\n\n00:00.000 --> 00:60.000\na", 3, "times of a cue"),
            ("WEBVTT\n\n00:02.000 --> 00:01.000\na", 3, "ends before it begins"),
            ("WEBVTT\n\n00:02.000 --> 00:03.000\na\n\n00:01.000 --> 00:02.000\nb", 6, "begins before the one above"),
            ("WEBVTT\n\n00:00.000 --> 00:09.000\na", 3, "ends at 9.00 s, but the clip has 7.90 s"),
            ("WEBVTT\n\n00:08.000 --> 00:08.100\na", 3, "the clip has 7.90 s"),
            ("WEBVTT\n\n00:00.000 --> 00:01.000", 3, "no text"),
            ("WEBVTT\n\n00:00.000 --> 00:01.000 region:left\na", 3, "no setting"),
            ("WEBVTT\n\n00:00.000 --> 00:01.000 line:url(x)\na", 3, "no setting"),
            ("WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:00.000 --> 00:01.000\na", 3, "Styles and regions"),
            ("WEBVTT\n\nREGION\nid:fred\n", 3, "Styles and regions"),
            ("WEBVTT\n\nname\nand another", 3, "needs its times"),
            ("WEBVTT\n\n00:00.000 --> 00:01.000\n<script>alert(1)</script>", 4, "<script>"),
            ("WEBVTT\n\n00:00.000 --> 00:01.000\na <img src=x onerror=y>", 4, "no markup of WebVTT"),
            ("WEBVTT\n\n00:00.000 --> 00:01.000\n1 < 2", 4, "&lt;"),
            ("WEBVTT\n\n00:00.000 --> 00:01.000\na\u{1B}b", 4, "cannot be shown"),
            ("WEBVTT\n\n00:00.000 --> 00:01.000\na\n00:01.000 --> 00:02.000\nb", 5, "empty line"),
        ] as [(String, Int?, String)])
    func refused(text: String, line: Int?, words: String) {
        let fault = #expect(throws: Captions.Fault.self) { try Captions(parsing: text, within: 7_900) }
        #expect(fault?.line == line && fault?.sentence.contains(words) == true, "\(fault?.sentence ?? "")")
    }
}

extension CaptionFileTests {
    @Test("FILM-09 a file has at most 100 cues and 16 kB")
    func tooMuch() {
        let cues = "WEBVTT\n" + String(repeating: "\n00:00.000 --> 00:01.000\na\n", count: 101)
        let bytes = "WEBVTT\n\n00:00.000 --> 00:01.000\n" + String(repeating: "a", count: 17_000)
        for (text, words) in [(cues, "at most 100 cues"), (bytes, "at most 16 kB")] {
            let fault = #expect(throws: Captions.Fault.self) { try Captions(parsing: text, within: 7_900) }
            #expect(fault?.line == nil && fault?.words.contains(words) == true)
        }
    }
}

@Suite("FILM-09 captions of clips and of the film", .serialized, .requiresPostgres)
struct CaptionTests {
    private static let hello = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"

    @Test("FILM-09 ADM-01 the creator gives captions until the clip is decided, an admin longer, no one else")
    func rights() throws {
        try FilmStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            let clip = try stage.clip("Low water", by: mira)
            let clips = stage.clips
            let (creator, admin) = (ClipViewer(memberID: mira), ClipViewer(memberID: stage.admin, isAdmin: true))
            try clips.caption(clip, with: Self.hello, by: creator)
            #expect(try clips.captions(of: clip, for: creator).contains("Hello"))
            #expect(try clips.details(clip, for: creator).card.captionsURL?.hasSuffix("/captions") == true)
            for stranger in [ClipViewer.visitor, ClipViewer(memberID: nova)] {
                #expect(throws: FilmError.refused(.clipNotFound)) { try clips.captions(of: clip, for: stranger) }
                #expect(throws: FilmError.refused(.clipNotFound)) {
                    try clips.caption(clip, with: Self.hello, by: stranger)
                }
                #expect(throws: FilmError.refused(.clipNotFound)) { try clips.removeCaptions(of: clip, by: stranger) }
            }
            let refusal = #expect(throws: FilmError.self) { try clips.caption(clip, with: "Hello", by: creator) }
            #expect(refusal?.refusal == .captionsInvalid("Line 1: A WebVTT file begins with WEBVTT."))
            try clips.removeCaptions(of: clip, by: creator)
            #expect(try clips.details(clip, for: creator).card.captionsURL == nil)
            #expect(throws: FilmError.refused(.clipNotFound)) { try clips.captions(of: clip, for: creator) }
            let silent: Int = try stage.superuser.one(
                "select count(*)::int from audit_log where action = 'clip.caption'")
            #expect(silent == 0, "a creator's own changes are no acts of an admin")

            _ = try stage.season()
            _ = try clips.approve([clip], by: stage.admin)
            #expect(throws: FilmError.refused(.captionsClosed)) {
                try clips.caption(clip, with: Self.hello, by: creator)
            }
            #expect(throws: FilmError.refused(.captionsClosed)) { try clips.removeCaptions(of: clip, by: creator) }
            try clips.caption(clip, with: Self.hello, by: admin)
            #expect(try clips.captions(of: clip, for: .visitor).contains("Hello"), "everybody who sees the clip")
            let written: [String] = try stage.superuser.query(
                "select concat_ws(' ', subject_id, after ->> 'hasCaptions') from audit_log where action = 'clip.caption'"
            )
            #expect(written == ["\(clip.uuidString.lowercased()) true"])
            _ = try clips.reject([clip], reason: "Rights", by: stage.admin)
            #expect(throws: FilmError.refused(.captionsClosed)) { try clips.removeCaptions(of: clip, by: admin) }
        }
    }

    @Test("FILM-09 GDPR-01 the film has its clips' captions, each at its place, and is made anew when they change")
    func film() throws {
        try FilmWorkshop.run { workshop in
            let admin = ClipViewer(memberID: workshop.stage.admin, isAdmin: true)
            try workshop.drain()
            #expect(try workshop.films.film(season: "1").file?.captionsURL == nil)
            #expect(try workshop.files().film.contains { $0.contains("captions") } == false)
            try workshop.stage.clips.caption(workshop.winners[0], with: Self.hello, by: admin)
            try workshop.stage.clips.caption(
                workshop.winners[2], with: "WEBVTT\n\n00:00.100 --> 00:01.300\nBye\n", by: admin)
            #expect(try workshop.jobs().map(\.state) == [.completed, .queued])
            try workshop.drain()
            let file = try #require(try workshop.films.film(season: "1").file)
            let url = try #require(file.captionsURL)
            func read(_ url: String) throws -> String {
                let path = workshop.directory + url.dropFirst("/media".count)
                return String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
            }
            // The third clip is 35 frames long and begins after 103.
            #expect(
                try read(url) == """
                    WEBVTT

                    00:00:00.000 --> 00:00:01.000
                    Hello

                    00:00:03.533 --> 00:00:04.600
                    Bye

                    """)
            let master = try read(file.streamURL)
            #expect(master.contains("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"captions\""))
            #expect(master.components("SUBTITLES=\"captions\"") == master.components("#EXT-X-STREAM-INF"))
            let playlist = file.streamURL.replacing("stream.m3u8", with: "captions.m3u8")
            #expect(try read(playlist).contains("\n\(url.split(separator: "/").last ?? "")\n"))
            let facts = try FilmFacts(workshop.directory + file.videoURL.dropFirst("/media".count))
            #expect(facts.frames == 138 && facts.chapters.count == 3)
            #expect(try facts.captions() == ["Hello", "Bye"])
            let exported: String = try workshop.stage.superuser.one(
                "select export_member(id)::text from users where username = 'mira_okafor'")
            #expect(exported.contains("Hello"))
        }
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(_ text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
