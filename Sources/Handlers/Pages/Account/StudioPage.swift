internal import Film
internal import FoundationEssentials
internal import Generation
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let studio = page(
        .member, "/studio", title: "Studio", description: "Turn words or a picture into a video with any model.",
        hasForms: true, link: .main("Studio", .play, isTab: false), features: ["WEB-01", "GEN-01", "GEN-14"],
        summary: "Making videos with models."
    ) { visit in visit.site.studio(try visit.sources.studio(visit.context), visit.form) }
}

extension Site {
    private static let action = "/api/jobs"

    /// The form, what is being made, and what was made. The module draws the parameters of the chosen model, shows the price
    /// before the run, and puts in what changes. The ledger of the credits is folded in below.
    func studio(_ view: StudioView, _ form: FormState = .none) -> Page {
        Page(
            .studio, styles: ["studio"], modules: ["studio"],
            icons: [.film, .info, .lock, .dice, .close, .upload, .warn],
            main: """
                <main class="page" id="main" data-studio>
                  <div class="page-head"><div><h1>Studio</h1></div>\(wallet(view))</div>
                  \(form.outcome)
                  \(view.isOn ? .empty : Self.switchedOff)
                  <div class="studio">
                    \(request(view, form))
                    <div class="stack">
                      <section class="panel" aria-labelledby="running"><div class="panel__head"><h2 id="running">Running</h2>\
                <span class="badge" data-live hidden>Live updates</span></div>\
                <ul data-running>\(running(view, form))</ul></section>
                      <section class="stack" aria-labelledby="history"><div class="row row--apart"><h2 id="history">History</h2>\
                <a class="btn btn--ghost" href="/my-videos">All my videos</a></div>\(history(view))</section>\
                \(view.credits.map { credits in
                    "<details class=\"fold\" id=\"credits\"><summary>Credit history</summary>\(creditsSection(credits))</details>"
                })
                    </div>
                  </div>
                </main>
                """)
    }

    private static let switchedOff: HTML = """
        <div class="note note--warn" data-off>\(Icon.warn.image)<p>Making videos is switched off at the moment. What was \
        requested before is still made, and your videos stay.</p></div>
        """

    private func wallet(_ view: StudioView) -> HTML {
        """
        <dl class="wallet" data-wallet data-balance="\(view.balance)" data-seconds="\(view.remainingMs)"><div>\
        <dt class="label">Credits</dt><dd class="num">\(Formatting.count(view.balance))</dd></div><div>\
        <dt class="label">Seconds left since \(Formatting.day(view.since))</dt>\
        <dd class="num">\(Formatting.count((view.remainingMs + 999) / 1_000)) \
        <span class="quiet">of \(Formatting.count(view.limitMs / 1_000))</span></dd></div>\(caps(view.spending))</dl>
        """
    }

    /// What the site lets the member spend in this month, where it is less than anything.
    private func caps(_ spending: MemberSpending) -> HTML {
        let credits: HTML? = spending.capCredits.map { cap in
            """
            <div data-cap-credits="\(max(0, cap - spending.credits))"><dt class="label">Credits to spend this month</dt>\
            <dd class="num">\(Formatting.count(max(0, cap - spending.credits))) \
            <span class="quiet">of \(Formatting.count(cap))</span></dd></div>
            """
        }
        let seconds: HTML? = spending.capMilliseconds.map { cap in
            """
            <div data-cap-ms="\(max(0, cap - spending.milliseconds))"><dt class="label">Seconds to make this month</dt>\
            <dd class="num">\(Formatting.count((max(0, cap - spending.milliseconds) + 999) / 1_000)) \
            <span class="quiet">of \(Formatting.count(cap / 1_000))</span></dd></div>
            """
        }
        return "\(credits)\(seconds)"
    }

    private func request(_ view: StudioView, _ form: FormState) -> HTML {
        let remix = view.remix
        let isRefused = form.refusedBy == Self.action
        func value(_ name: String, _ remixed: String?) -> String {
            (isRefused ? form.values[name] : nil) ?? remixed ?? ""
        }
        let chosen = value("model", remix?.modelSlug)
        let usable = view.models.filter { $0.obstacle == nil }
        let first = usable.first { $0.slug == chosen } ?? usable.first { $0.slug == "local" } ?? usable.first
        let fault = isRefused ? form.faults["prompt"] : nil
        let remixed: HTML? = remix.map {
            """
             data-remix="\(JSONValue.object([
                "seconds": .integer($0.durationMs / 1_000), "quality": .string($0.quality),
                "aspect": $0.aspectRatio.map { .string($0) } ?? .null, "image": $0.imageID.map { .string($0.text) } ?? .null,
                "parameters": (try? JSONValue(parsing: Array($0.parameters.utf8))) ?? .object([:]),
            ]).description)"
            """
        }
        return form.form(
            Self.action, names: "stack", "data-request\(remixed)",
            content: """
                <div class="seg ratio with-js" role="group" aria-label="Start from"><button type="button" aria-pressed="true" \
                data-start="words">Words</button><button type="button" aria-pressed="false" data-start="picture">A picture</button>\
                <button type="button" aria-pressed="false" data-start="chain">A chain</button></div>\
                \(presets)\
                <div class="stack stack--tight" data-picture hidden><label class="drop"><input class="visually-hidden" type="file" \
                accept="image/jpeg,image/png,image/webp" data-file><span data-drop-text>\(Icon.upload.image) \
                Choose a picture, or drop one here</span><img alt="The picture that the video starts from" data-preview hidden></label>\
                <p class="hint"><span data-picture-optional hidden>A chain can start from a picture. </span>JPEG, PNG or WebP, up to \
                10 MB. Only the pixels are kept.</p>\
                <p class="hint hint--bad" role="status" data-picture-fault hidden></p></div>\
                <div class="field"><div class="field__row"><label for="prompt">Prompt</label>\
                <span class="hint num with-js" data-letters>0 / 4,000</span></div>\
                <textarea class="input" id="prompt" name="prompt" required maxlength="4000" rows="4" \
                data-wants="Write what the video shows." aria-describedby="prompt-fault"\
                \(HTML.when(fault != nil, " aria-invalid=\"true\""))>\(value("prompt", remix?.prompt))</textarea>\
                <p class="hint hint--bad" id="prompt-fault"\(HTML.when(fault == nil, " hidden"))>Write what the video shows.</p></div>\
                <details class="field"\(HTML.when(!value("negativePrompt", remix?.negativePrompt).isEmpty, " open"))><summary>\
                What it must not show</summary><textarea class="input" name="negativePrompt" maxlength="4000" rows="2" \
                aria-label="What it must not show">\(value("negativePrompt", remix?.negativePrompt))</textarea></details>\
                \(models(view, first))\
                <div class="two"><div class="field"><label for="duration">Length</label><select class="input" id="duration" \
                name="duration">\(durations(first))</select></div>\
                <div class="field"><label for="quality">Quality</label><select class="input" id="quality" name="quality">\
                <option value="standard">Standard</option><option value="high">High</option><option value="ultra">Ultra</option>\
                </select></div>\
                <div class="field"><label for="aspectRatio">Shape</label><select class="input" id="aspectRatio" \
                name="aspectRatio"><option value="9:16">9:16, for the film</option><option value="16:9">16:9</option>\
                <option value="1:1">1:1</option></select></div>\
                <div class="field"><label for="seed">Seed</label><div class="row row--tight"><input class="input" id="seed" \
                name="seed" inputmode="numeric" pattern="[0-9]{1,10}" autocomplete="off" placeholder="Random" \
                value="\(value("seed", remix.map { "\($0.seed)" }))" data-wants="Use a whole number." \
                aria-describedby="seed-fault"><button class="btn btn--icon with-js" type="button" data-dice \
                aria-label="New random seed">\(Icon.dice.image)</button></div>\
                <p class="hint hint--bad" id="seed-fault" hidden>Use a whole number.</p></div></div>\
                <div class="two" data-parameters></div>\
                <fieldset class="field stack" data-steps hidden><legend>Next steps</legend><p class="hint">Each step starts from the \
                last frame of the one before it. If one fails, those after it are not made, and their credits are returned.</p>\
                <ol class="stack" data-step-list></ol><button class="btn" type="button" data-add-step>Add a step</button></fieldset>\
                <div class="stack stack--tight" data-suggestions hidden></div>\
                <div class="panel bill"><dl data-bill hidden><dt>Balance after</dt><dd data-after></dd></dl>\
                <div class="bill__sum"><p data-price><span class="quiet">The price follows from model and length.</span></p>\
                <button class="btn btn--primary" type="submit" data-generate\(HTML.when(!view.isOn, " disabled"))>Generate</button></div>\
                <p class="hint" data-expected hidden></p>\
                <p class="hint hint--bad" role="status" data-obstacle hidden></p></div>
                """)
    }

    private func models(_ view: StudioView, _ first: StudioModel?) -> HTML {
        let usable = view.models.filter { $0.obstacle == nil }
        let others = view.models.filter { $0.obstacle != nil }
        let rest: HTML = """
            <details><summary class="link">\(Formatting.count(others.count, "model", "models")) not available to you</summary>\
            <div class="stack stack--tight">\(others.map { model($0, isChecked: false) })</div></details>
            """
        return """
            <fieldset class="field"><legend>Model</legend><div class="stack stack--tight" data-models>\
            \(usable.map { model($0, isChecked: $0.slug == first?.slug) })</div>\
            <p class="field__row with-js"><button class="btn btn--sm" type="button" data-compare aria-pressed="false">\
            Compare models</button><span class="hint" data-compared></span></p>\
            \(others.isEmpty ? .empty : rest)</fieldset>
            """
    }

    /// Forms that the member has kept. The module fills it.
    private var presets: HTML {
        """
        <details class="with-js presets" data-presets><summary>Presets</summary><div class="stack stack--tight">\
        <div class="row row--tight" data-preset-choice hidden><label class="visually-hidden" for="preset">Use a preset</label>\
        <select class="input" id="preset"></select><button class="btn" type="button" data-preset-use>Use</button></div>\
        <div class="field"><label for="preset-name">Name of the preset</label><input class="input" id="preset-name" maxlength="80" \
        autocomplete="off" aria-describedby="preset-fault"><p class="hint hint--bad" id="preset-fault" role="status" hidden></p></div>\
        <div class="row row--tight"><button class="btn btn--sm" type="button" data-preset-save>Save this form</button>\
        <button class="btn btn--sm" type="button" data-preset-rename hidden>Rename the preset</button>\
        <button class="btn btn--sm btn--ghost" type="button" data-preset-delete hidden>Delete the preset</button></div></div></details>
        """
    }

    private func model(_ model: StudioModel, isChecked: Bool) -> HTML {
        let lock: HTML = model.isLocked ? Icon.lock.small : .empty
        let facts = [model.maker, model.record].filter { !$0.isEmpty }.joined(separator: " · ")
        return """
            <label class="model"\(HTML.when(model.obstacle != nil, " aria-disabled=\"true\""))><input type="radio" name="model" \
            value="\(model.slug)"\(HTML.when(isChecked, " checked"))\(HTML.when(model.obstacle != nil, " disabled")) \
            data-facts="\(model.facts)"><b>\(model.name)</b><span class="row row--tight num">\(lock)\(model.price)</span>\
            <span class="quiet">\(model.obstacle ?? facts)</span></label>
            """
    }

    private func durations(_ model: StudioModel?) -> HTML {
        guard let model, case .object(let facts)? = try? JSONValue(parsing: Array(model.facts.utf8)),
            case .array(let seconds)? = facts["durations"]
        else { return "<option value=\"5\">5 s</option>" }
        let standard = facts["standard"]?.integer
        let items = seconds.compactMap(\.integer).map { second -> HTML in
            "<option value=\"\(second)\"\(HTML.when(second == standard, " selected"))>\(second) s</option>"
        }
        return "\(items)"
    }

    private func running(_ view: StudioView, _ form: FormState) -> HTML {
        guard !view.running.isEmpty else {
            return "<li class=\"quiet\" data-none>Nothing is being made. A video that you request appears here.</li>"
        }
        return "\(view.running.map { runningJob($0, form) })"
    }

    /// One row of what is being made.
    func runningJob(_ video: VideoView, _ form: FormState) -> HTML {
        let bar: HTML =
            video.status == .queued
            ? "<progress aria-label=\"Waiting\"></progress>"
            : "<progress value=\"\(video.progress)\" max=\"100\" aria-label=\"Done\"></progress>"
        return """
            <li class="job" id="job-\(video.id.text)" data-job="\(video.id.text)" data-state="\(video.fingerprint)">\
            <div class="job__pic skeleton"></div><div class="stack stack--tight"><b class="clip-text">\(video.prompt)</b>\
            \(bar)<span class="quiet num">\(video.model)\(video.place.map { " · \($0)" as HTML }) · <span data-words>\(video.words)</span></span>\
            \(video.moved.map { "<span class=\"quiet\" data-moved>\($0)</span>" as HTML })</div>\
            \(video.isCancelling ? "<span class=\"quiet\">Stopping</span>" : form.form("/api/jobs/\(video.id.text)", names: "row", "data-cancel", content: """
            <button class="btn btn--sm" type="submit" aria-label="Cancel “\(video.prompt)”">Cancel</button>
            """))</li>
            """
    }

    private func history(_ view: StudioView) -> HTML {
        guard !view.history.isEmpty else {
            return """
                <div data-history>\(Fragments.empty(
                    .film, title: "No videos yet", text: "Finished videos appear here. Each can be sent in as a take.",
                    actions: .empty))</div>
                """
        }
        return """
            <ul class="grid hist" data-history>\(view.history.map(pastVideo))</ul>\
            <p class="quiet">Open a video to use it again: every field comes back, the seed too.</p>
            """
    }

    private func pastVideo(_ video: VideoView) -> HTML {
        let picture: HTML =
            video.cardURL.map { "<img src=\"\($0)\" alt=\"\" width=\"240\" height=\"426\" loading=\"lazy\">" }
            ?? Icon.film.large
        let cost: HTML = video.charged.map { $0 == 0 ? "Free" : "\(Formatting.count($0, "credit", "credits"))" } ?? "—"
        let time: HTML? = video.generationSeconds.map { " · \(Formatting.count(max(1, Int($0.rounded())))) s" }
        let facts: HTML =
            video.status == .completed
            ? "\(cost)\(time)" : video.status == .failed ? "Failed · nothing charged" : "Cancelled"
        return """
            <li class="take" data-video="\(video.id.text)"><div class="take__media">\(picture)<span class="tag">\(video.model)</span>\
            </div><h3><a href="/my-videos#video-\(video.id.text)">\(video.prompt)</a></h3><p class="quiet num">\(facts)</p></li>
            """
    }
}

extension VideoView {
    /// The state in words.
    var words: String {
        switch status {
        case .queued:
            if let group, group.kind == .chain, group.step > 1 {
                "waiting for step \(group.step - 1)"
            } else {
                queuePosition.map { "\($0) before it" } ?? "waiting for a place"
            }
        case .processing:
            if let queuePosition { "waiting at the provider, \(queuePosition) before it" } else { "\(progress) %" }
        case .uncertain: "the provider has not confirmed it yet"
        case .completed: "finished"
        case .failed: error ?? "failed"
        case .cancelled: "cancelled"
        }
    }
}
