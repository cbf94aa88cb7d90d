internal import Film
internal import FoundationEssentials
internal import Generation
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let myVideos = page(
        .member, "/my-videos", title: "My videos",
        description: "The videos you have made, and what you can do with them.",
        hasForms: true, link: .menu("My videos"), features: ["WEB-01", "GEN-07", "GEN-12"],
        summary: "The member's own videos."
    ) { visit in visit.site.myVideos(try visit.sources.myVideos(visit.context), visit.form) }
}

extension Site {
    /// The member's videos. The module puts in what changes while something is being made.
    func myVideos(_ view: MyVideosView, _ form: FormState = .none) -> Page {
        let list: HTML = "<ul class=\"videos\" data-videos>\(view.videos.map { video($0, form) })</ul>"
        let older = view.nextCursor.map { cursor in
            "<div class=\"row\"><a class=\"btn\" href=\"/my-videos?cursor=\(cursor)\">Older videos</a></div>" as HTML
        }
        return Page(
            .myVideos, styles: ["studio"], modules: ["my-videos"], icons: [.film, .info, .warn, .check],
            main: """
                <main class="page" id="main">
                  <div class="page-head"><div><h1>My videos</h1><p>Only you see a video until you publish it or send it in.</p>\
                </div><a class="btn\(HTML.when(view.videos.isEmpty, " btn--ghost"))" href="/studio">Make a video</a></div>
                  \(form.outcome)
                  \(view.videos.isEmpty ? noVideos : list)\(older)
                </main>
                """)
    }

    private var noVideos: HTML {
        Fragments.empty(
            .film, title: "No videos yet", text: "Videos that you make in the studio appear here.",
            actions: "<a class=\"btn btn--primary\" href=\"/studio\">Make your first video</a>")
    }

    private func video(_ video: VideoView, _ form: FormState) -> HTML {
        let id = video.id.text
        return """
            <li class="panel video" id="video-\(id)" data-video="\(id)" data-state="\(video.fingerprint)"\
            \(HTML.when(!video.status.isFinal, " data-running"))>
              <div class="video__picture">\(GeneratedVideo(video).markup())</div>
              <div class="stack stack--tight"><h2 class="clip-text" tabindex="-1">\(video.prompt)</h2>
                <p><span class="badge" data-tone="\(video.tone)">\(video.badge)</span> <span class="quiet">\(video.model)\(video.place.map { " · \($0)" as HTML })</span></p>
                \(detail(video))
                <p class="quiet num">\(Formatting.day(video.createdAt))\(facts(video))</p>\
                \(video.moved.map { "<p class=\"quiet\">\($0)</p>" as HTML })
                <div class="row row--tight">\(actions(video, form))</div>\
            \(video.status == .completed ? submission(video, form) : .empty)
              </div>
            </li>
            """
    }

    private func detail(_ video: VideoView) -> HTML {
        switch video.status {
        case .queued: "<progress aria-label=\"Waiting\"></progress>"
        case .processing, .uncertain:
            "<progress value=\"\(video.progress)\" max=\"100\" aria-label=\"Done\"></progress>"
        case .failed: "<div class=\"note note--bad\">\(Icon.warn.image)<p>\(video.error ?? "It failed.")</p></div>"
        case .completed, .cancelled: .empty
        }
    }

    private func facts(_ video: VideoView) -> HTML {
        let length: HTML? = video.seconds.map { " · \(Formatting.clipLength($0))" }
        let cost: HTML? =
            video.status != .completed
            ? nil
            : video.charged.map {
                $0 == 0
                    ? " · free"
                    : " · \(Formatting.count($0, "credit", "credits"))\(video.cost.map { " (\($0))" } ?? "")"
            }
        let credentials: HTML = HTML.when(video.hasCredentials, " · Content Credentials")
        return "\(length)\(cost) · AI-generated\(credentials)"
    }

    private func actions(_ video: VideoView, _ form: FormState) -> HTML {
        let id = video.id.text
        func button(_ path: String, _ mark: HTML, _ label: String, hidden: HTML = .empty, names: HTML = "btn btn--sm")
            -> HTML
        {
            form.form(
                path, names: "row", mark,
                content: "\(hidden)<button class=\"\(names)\" type=\"submit\">\(label)</button>")
        }
        if !video.status.isFinal {
            return video.isCancelling
                ? "<span class=\"quiet\">Stopping</span>" : button("/api/jobs/\(id)", "data-cancel", "Cancel")
        }
        // The price travels with the request, so a change of it is shown before anything is reserved.
        let price = video.retryCredits.map { "?credits=\($0)" } ?? ""
        let retryLabel = video.retryCredits.map {
            $0 == 0 ? "Try again" : "Try again for \(Formatting.count($0, "credit", "credits"))"
        }
        let retry =
            video.status == .failed
            ? button("/api/videos/\(id)/retry\(price)", "data-retry", retryLabel ?? "Try again") : .empty
        let remix: HTML = "<a class=\"btn btn--sm\" href=\"/studio?remix=\(id)\">Use again</a>"
        let download: HTML =
            video.url.map {
                "<a class=\"btn btn--sm\" href=\"\($0)\" download=\"video-\(id.prefix(8)).mp4\">Download</a>"
            }
            ?? .empty
        let delete = """
            <details class="own__withdrawal"><summary class="btn btn--sm">Delete…</summary><div class="stack stack--tight">\
            <p>The video and its files are removed. A take made of it stays. This cannot be undone.</p>\
            \(button("/api/videos", "data-delete", "Delete this video", hidden: """
            <input type="hidden" name="jobIds" value="\(id)">
            """, names: "btn btn--sm btn--danger"))</div></details>
            """ as HTML
        return "\(retry)\(remix)\(download)\(publishing(video, form))\(delete)"
    }

    /// Publishing shows the prompt and the seed too, so it says so first; taking back does not ask.
    private func publishing(_ video: VideoView, _ form: FormState) -> HTML {
        guard video.status == .completed else { return .empty }
        let action = "/api/videos/\(video.id.text)/publish"
        if video.isPublished {
            return """
                <a class="btn btn--sm" href="/video/\(video.id.text)">Its page</a>\
                \(form.form(action, names: "row", "data-publish", content: """
                <input type="hidden" name="published" value="false"><button class="btn btn--sm" type="submit">Make it private</button>
                """))
                """
        }
        return """
            <details class="own__withdrawal"><summary class="btn btn--sm">Publish…</summary><div class="stack stack--tight">\
            <p>Everyone can then see the video with your name, its prompt, model and seed. You can take it back.</p>\
            \(form.form(action, names: "row", "data-publish", content: """
            <input type="hidden" name="published" value="true">\
            <button class="btn btn--sm btn--primary" type="submit">Publish this video</button>
            """))</div></details>
            """
    }

    /// Sending in asks only what a clip needs beside the video.
    private func submission(_ video: VideoView, _ form: FormState) -> HTML {
        if let clip = video.clipID {
            return "<p>\(Icon.check.small) Sent in. <a class=\"link\" href=\"/clip/\(clip.text)\">The take</a></p>"
        }
        let id = video.id.text
        let isLong = (video.seconds ?? 0) > 8.5
        let start: HTML =
            !isLong
            ? .empty
            : """
            <div class="field"><label for="start-\(id)">Begin at second</label><input class="input" id="start-\(id)" \
            name="startSeconds" type="number" min="0" max="\(Int((video.seconds ?? 9) - 1))" step="0.5" value="0">\
            <p class="hint">A take lasts 8.5 seconds at most; the rest is cut off.</p></div>
            """
        let genres = ClipGenre.all.map { genre -> HTML in "<option>\(genre)</option>" }
        func check(_ name: String, _ label: String) -> HTML {
            "<label class=\"check\"><input type=\"checkbox\" name=\"\(name)\" value=\"true\" required><span>\(label)</span></label>"
        }
        return """
            <details data-sending><summary class="btn btn--sm btn--primary">Send in as a take</summary>\
            \(form.form("/api/videos/\(id)/submit", names: "stack", "data-submit", content: """
            <div class="field"><label for="title-\(id)">Title</label><input class="input" id="title-\(id)" name="title" required \
            maxlength="80" value="\(String(video.prompt.prefix(60)))"></div>\
            <div class="field"><label for="genre-\(id)">Genre</label><select class="input" id="genre-\(id)" name="genre">\
            \(genres)</select></div>\(start)\
            \(check("rightsConfirmed", "I own the rights to this video."))\
            \(check("consentConfirmed", "Everyone shown has agreed."))\
            \(check("licenceAccepted", "I give the site the licence that its terms name."))\
            <p class="hint hint--bad" role="alert" data-fault hidden></p>\
            <button class="btn btn--primary" type="submit">Send in</button>
            """))</details>
            """
    }
}

extension VideoView {
    fileprivate var badge: String {
        switch status {
        case .queued: "Waiting"
        case .processing: "Being made"
        case .uncertain: "Not confirmed yet"
        case .completed: isPublished ? "Published" : "Finished"
        case .failed: "Failed"
        case .cancelled: "Cancelled"
        }
    }

    fileprivate var tone: String {
        switch status {
        case .queued, .processing, .uncertain: "info"
        case .completed: "good"
        case .failed: "bad"
        case .cancelled: "quiet"
        }
    }
}
