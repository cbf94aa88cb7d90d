internal import Film
internal import HTML

extension PageDeclaration {
    static let upload = page(
        .any, "/upload", title: "Send in a take",
        description: "Send in a take of up to eight seconds. A moderator reviews it before it goes up for the vote.",
        link: .main("Upload", .upload, isTab: true), features: ["WEB-01", "CLIP-01"], summary: "Sending in a take."
    ) { $0.site.upload(try $0.film()) }
}

extension Site {
    /// Three steps from a file to a clip that waits for review.
    func upload(_ film: FilmView?) -> Page {
        let slot = film?.round?.slot
        return Page(
            .upload, styles: ["upload"], modules: ["upload"], icons: [.film, .info], film: film,
            main: """
                <main class="page" id="main" data-upload data-open-slot="\(slot ?? 0)" \
                data-most-bytes="\(ClipLimits.bytes)" data-most-ms="\(ClipLimits.milliseconds)" \
                data-tolerance-ms="\(ClipLimits.toleranceMilliseconds)">
                  <div class="page-head"><div><h1>Send in a take</h1><p>\
                A moderator checks it first, usually within a few hours. Then it competes for \
                \(slot.map { "slot \($0)" } ?? "the next slot that opens").</p></div></div>
                  <div class="without-js">\(needsScripts)</div>
                  <div data-gate hidden>\(needsAccount)</div>
                  <form class="wizard with-js" data-wizard>
                    \(chooseStep)
                    \(describeStep(film?.current?.genre ?? "Other"))
                    \(sendStep)
                  </form>
                </main>
                """)
    }

    private var needsScripts: HTML {
        Fragments.empty(
            .info, title: "Uploading needs JavaScript",
            text: """
                The file is uploaded in parts, so that a lost connection costs nothing. Turn on JavaScript for this page.
                """,
            actions: "<a class=\"btn\" href=\"/story\">Watch the film so far</a>")
    }

    private var needsAccount: HTML {
        Fragments.empty(
            .person, title: "Sign in to send in a take",
            text: "You can vote without an account. A take is published with your name, so it needs one.",
            actions: "<a class=\"btn btn--primary\" href=\"/sign-in?next=/upload\">Sign in</a>")
    }

    private func steps(_ current: Int) -> HTML {
        let names = ["Choose", "Describe", "Send"]
        let items = names.indices.map { index -> HTML in
            let state: HTML = index < current ? " data-done" : HTML.when(index == current, " aria-current=\"step\"")
            return "<li\(state)>\(names[index])</li>"
        }
        return "<ol class=\"steps\" aria-label=\"Progress\">\(items)</ol>"
    }

    /// Fingers drop nothing.
    private var dropTitle: HTML {
        "<span class=\"for-mouse\">Drop a video here</span><span class=\"for-touch\">Choose a video</span>"
    }

    private var chooseStep: HTML {
        """
        <section class="panel step" aria-label="Choose a file" data-step="choose">
          \(steps(0))
          <div class="drop" data-drop>\(Icon.film.large)<p><b data-drop-title>\(dropTitle)</b></p>\
        <p class="quiet" data-drop-text>MP4, WebM or MOV, up to \(ClipLimits.seconds) s and \(ClipLimits.megabytes) MB</p>\
        <button class="btn" type="button" data-choose>Choose a file</button>\
        <input class="visually-hidden" type="file" id="file" \
        accept="video/mp4,video/webm,video/quicktime,.mp4,.webm,.mov" \
        aria-label="Video file" tabindex="-1" data-file></div>
          <div class="note note--bad" role="alert" data-refusal hidden>\(Icon.warn.image)<p data-refusal-text></p></div>
          <div class="file" data-chosen hidden><div class="preview">\
        <video muted loop playsinline width="540" height="960" \
        aria-label="Preview" data-preview></video><span class="tag" data-length></span></div>\
        <ul class="checks" data-checks></ul></div>
          <button class="btn btn--primary btn--block" type="button" data-to-describe disabled>Continue</button>
        </section>
        """
    }

    private func describeStep(_ genre: String) -> HTML {
        let genres = ["Action", "Comedy", "Thriller", "Sci-Fi", "Romance", "Animation", "Horror", "Other"]
        let chips = genres.map { name -> HTML in
            """
            <label class="chip"><input type="radio" name="genre" \
            value="\(name)"\(HTML.when(name == genre, " checked"))>\(name)</label>
            """
        }
        return """
            <section class="panel step" aria-label="Describe it" data-step="describe">
              \(steps(1))
              <div class="field"><div class="field__row"><label for="title">Title</label>\
            <span class="hint num" data-title-count>0 / \(ClipLimits.title.upperBound)</span></div>\
            <input class="input" id="title" name="title" maxlength="\(ClipLimits.title.upperBound)" autocomplete="off" required \
            data-wants="Enter a title of 1 to \(ClipLimits.title.upperBound) characters." aria-describedby="title-fault">\
            <p class="hint hint--bad" id="title-fault" hidden></p></div>
              <fieldset class="field"><legend>Genre</legend><div class="genres">\(chips)</div></fieldset>
              <div class="field"><div class="field__row">\
            <label for="description">Description <span class="quiet">(optional)</span></label>\
            <span class="hint num" data-description-count>0 / \(ClipLimits.description.upperBound)</span></div>\
            <textarea class="input" id="description" name="description" maxlength="\(ClipLimits.description.upperBound)" rows="3" \
            aria-describedby="description-fault"></textarea>\
            <p class="hint hint--bad" id="description-fault" hidden></p></div>
              <div class="field"><label for="captions">Captions <span class="quiet">(optional)</span></label>\
            <input class="input" type="file" id="captions" accept=".vtt,text/vtt" aria-describedby="captions-hint">\
            <p class="hint" id="captions-hint">A WebVTT file. You can add or change it until a moderator decides.</p></div>
              <div>\
            \(confirmation("rightsConfirmed", "I own the rights.", "Confirm that you own the rights."))\
            \(confirmation("consentConfirmed", "Everyone in it has agreed.", "Confirm that everyone in it has agreed."))\
            \(confirmation("licenceAccepted", "I accept the <a class=\"link\" href=\"/about#licence\" target=\"_blank\">licence</a>.", "Accept the licence to continue."))\
            <label class="check"><input type="checkbox" name="ai"><span>Some or all of it was made with AI. It is \
            labelled wherever it is shown.</span></label>\
            </div>
              <div class="row"><button class="btn" type="button" data-to-choose>Back</button>\
            <button class="btn btn--primary grow" type="submit" data-send>Submit</button></div>
            </section>
            """
    }

    /// A box that must be checked.
    private func confirmation(_ name: String, _ label: HTML, _ wants: String) -> HTML {
        """
        <label class="check"><input type="checkbox" name="\(name)" required data-wants="\(wants)" \
        aria-describedby="\(name)-fault"><span>\(label)<br>\
        <span class="hint hint--bad" id="\(name)-fault" hidden>\(wants)</span></span></label>
        """
    }

    private var sendStep: HTML {
        """
        <section class="panel step" aria-label="Upload" data-step="send">
          \(steps(2))
          <div class="file"><div class="preview"><video muted loop playsinline width="540" height="960" \
        aria-label="Preview" \
        data-sent-preview></video></div><div class="stack stack--tight"><h2 data-sent-title>Your take</h2>\
        <p class="muted num" data-sent-bytes>Nothing uploaded yet</p>\
        <progress data-beam value="0" max="100" aria-label="Sent" data-sent-bar></progress>\
        <p class="quiet" data-sent-note>If the connection drops, the upload resumes where it stopped.</p>\
        <button class="btn btn--sm" type="button" data-pause hidden>Pause</button></div></div>
          <div class="note" role="status" data-outcome hidden>\(Icon.info.image)<p data-outcome-text></p></div>
          <div class="row" data-after hidden><a class="btn btn--primary grow" href="/profile/clips">See my takes</a>\
        <a class="btn" href="/dashboard">Go to the arena</a>\
        <button class="btn" type="button" data-again>Send in another take</button></div>
        </section>
        """
    }
}
