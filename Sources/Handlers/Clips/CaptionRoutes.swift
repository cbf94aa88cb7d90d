internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers

extension ClipRoutes {
    struct CaptionClipInput: InputShape {
        @Input(.text(1...Captions.byteLimit, lines: .many), "A WebVTT file.") var captions: String
    }

    static func captions(_ clips: Clips) -> [Route] {
        [
            .get(
                "/api/clip/[id]/captions", access: .any, answers: [200: nil],
                cache: .publicForVisitors(seconds: 30, stale: 60), features: ["FILM-09", "CLIP-06"],
                summary: "A clip's captions as a WebVTT file."
            ) { context in
                let text = try clips.captions(of: try context.uuid("id"), for: viewer(context))
                return Response.content(Array(text.utf8), type: "text/vtt; charset=utf-8")
            },
            .put(
                "/api/clip/[id]/captions", access: .member, body: CaptionClipInput.self,
                features: ["FILM-09", "ADM-01"],
                summary: "Gives a clip captions: its creator until it is decided, an admin until it is rejected."
            ) { context, input in
                try clips.caption(try context.uuid("id"), with: input.captions, by: viewer(context))
                return Done()
            },
            .delete(
                "/api/clip/[id]/captions", access: .member, features: ["FILM-09", "ADM-01"],
                summary: "Takes the captions of a clip away."
            ) { context in
                try clips.removeCaptions(of: try context.uuid("id"), by: viewer(context))
                return Done()
            },
        ]
    }

    private static func viewer(_ context: Context) -> ClipViewer {
        let member = context.caller.member
        return ClipViewer(memberID: member?.id, isAdmin: member?.isAdmin ?? false)
    }
}
