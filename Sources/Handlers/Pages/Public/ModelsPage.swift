internal import Comparisons
internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Storage

extension PageDeclaration {
    static let models = page(
        .any, "/models", title: "Models",
        description: "Every AI video model of this site, with its price and its record.",
        link: .foot("Models", isInMenu: true), features: ["CAT-03", "CAT-06", "PRICE-02", "PRICE-03"],
        summary: "The active models with their prices."
    ) { visit in visit.site.models(try visit.sources.models()) }

    static let model = page(
        .any, "/models/[slug]", title: "Model", description: "An AI video model, its price and its record.",
        features: ["CAT-03", "CAT-04", "PRICE-01", "ARENA-02"], summary: "One model.", example: "/models/local",
        addresses: { _ in [] }
    ) { visit in
        guard let model = try visit.sources.model(visit.context.parameter("slug")) else { throw Problem.notFound() }
        let arena = visit.sources.arena
        return visit.site.model(
            model, rivals: try arena.rivals(model.slug), videos: try arena.modelVideos(model.slug))
    }
}

extension Site {
    /// Every active model: those that can run here first.
    func models(_ models: [ModelView]) -> Page {
        let ready = models.filter { $0.obstacle == nil }
        let others = models.filter { $0.obstacle != nil }
        return Page(
            .models, styles: ["models"], modules: ["models"], icons: [.bookmark, .film, .info],
            main: """
                <main class="page models" id="main">
                  <div class="page-head"><div><h1>Models</h1><p>AI models that make a video from words or from a picture. \
                Prices are for the shortest video in standard quality; you see the exact price before each run.</p></div></div>
                  \(models.isEmpty ? noModels : .empty)
                  \(section("Ready to use", "ready", ready))
                  \(section("Not set up on this site", "others", others))
                </main>
                """)
    }

    private var noModels: HTML {
        Fragments.empty(
            .film, title: "No models yet", text: "Models appear here as soon as an admin activates one.",
            actions: "<a class=\"btn\" href=\"/\">Go to the home page</a>")
    }

    private func section(_ title: String, _ id: String, _ models: [ModelView]) -> HTML {
        HTML.when(
            !models.isEmpty,
            """
            <section aria-labelledby="\(id)"><h2 id="\(id)">\(title) <span class="quiet num">\(models.count)</span></h2>
            <ul class="models__grid">\(models.map(card))</ul></section>
            """)
    }

    private func card(_ model: ModelView) -> HTML {
        let price: HTML =
            if let bill = model.bills.first {
                """
                <p class="model__price"><b class="num">\(bill.cost)</b> <span class="quiet num">for \(bill.duration) · \
                \(Formatting.count(bill.credits.first ?? 0, "credit", "credits"))\
                \(HTML.when(model.isEstimated, " · estimated"))</span></p>
                """
            } else {
                "<p class=\"model__price quiet\">No price</p>"
            }
        let record = [model.successRate.map { "\($0) succeed" }, model.meanTime.map { "about \($0)" }].compactMap(
            \.self)
        let facts = ([model.capabilities.joined(separator: ", "), model.durations] + record).filter { !$0.isEmpty }
        return """
            <li class="model panel"><div class="row row--apart"><h3><a href="/models/\(model.slug)">\(model.name)</a></h3>\
            \(keepButton(.model(model.slug), name: model.name))</div>\
            <p class="quiet">\(model.maker) · \(model.providerName)</p>\
            <p class="model__about">\(model.description)</p>\(price)\
            <p class="quiet">\(facts.joined(separator: " · "))</p>\
            \(badges(model))\(model.obstacle.map { "<p class=\"hint\">\($0)</p>" as HTML })</li>
            """
    }

    private func badges(_ model: ModelView) -> HTML {
        let badges: [HTML] = [
            HTML.when(model.isDefault, "<span class=\"badge\" data-tone=\"accent\">Default</span>"),
            HTML.when(model.isPremium, "<span class=\"badge\" data-tone=\"warn\" data-shape=\"ring\">Premium</span>"),
        ]
        return HTML.when(model.isDefault || model.isPremium, "<p class=\"row\">\(badges)</p>")
    }

    /// One model: what it makes, what it costs, and how its runs went.
    func model(_ model: ModelView, rivals: [Rival] = [], videos: [ModelVideo] = []) -> Page {
        Page(
            .model, title: model.name, description: model.description.isEmpty ? nil : model.description,
            path: "/models/\(model.slug)", section: "/models", styles: ["models"], modules: ["models"],
            icons: [.bookmark, .film, .info, .warn],
            main: """
                <main class="page page--narrow models" id="main">
                  <div class="page-head"><div><h1>\(model.name)</h1><p>\(model.description)</p>\(badges(model))</div>\
                <div class="row">\(keepButton(.model(model.slug), name: model.name))</div></div>
                  \(model.obstacle.map { "<p class=\"note note--warn\">\(Icon.warn.image)<span>\($0)</span></p>" as HTML })
                  \(HTML.when(model.isPremium, premiumNote))
                  \(record(model))
                  <div class="model__parts">
                    \(price(model))
                    \(facts(model))
                    \(parameters(model))
                    \(expectations(model))
                    \(self.rivals(model, rivals))
                  </div>
                  \(self.videos(videos))
                  <p><a class="link" href="/models">All models</a></p>
                </main>
                """)
    }

    private func videos(_ videos: [ModelVideo]) -> HTML {
        let cards = videos.map { video -> HTML in
            let urls = MediaURLs()
            let still = video.posterKey.flatMap { StorageKey($0) }.map { key -> HTML in
                "<img src=\"\(urls.url(for: key.card))\" alt=\"\" width=\"240\" height=\"135\" loading=\"lazy\">"
            }
            return """
                <li class="take"><div class="take__media take__media--wide"\
                \(preview(video.smallKey.flatMap { StorageKey($0) }.map { urls.url(for: $0) }))>\(still ?? Icon.film.large)</div>\
                <h3><a href="/comparisons/\(video.comparison)">\(video.title)</a></h3>\
                <p class="quiet num">\(Formatting.count(video.votes, "vote", "votes"))</p></li>
                """
        }
        return HTML.when(
            !cards.isEmpty,
            """
            <section class="stack" aria-labelledby="videos"><h2 id="videos">Latest videos</h2>\
            <ul class="grid">\(cards)</ul></section>
            """)
    }

    private var premiumNote: HTML {
        """
        <p class="note">\(Icon.info.image)<span><strong>Premium.</strong> Only members with premium access can run this \
        model. An admin can grant it.</span></p>
        """
    }

    private func record(_ model: ModelView) -> HTML {
        func stat(_ label: String, _ figure: String?, _ small: String) -> HTML {
            """
            <div class="stat"><dt class="label">\(label)</dt><dd><b>\(figure ?? "–")</b></dd><dd><small>\(small)</small></dd></div>
            """
        }
        let none = "no runs yet"
        return """
            <dl class="stats">\
            \(stat("Videos", Formatting.count(model.completed), "\(Formatting.count(model.failed)) failed"))\
            \(stat("Success rate", model.successRate, model.successRate == nil ? none : "of finished runs"))\
            \(stat("Mean time", model.meanTime, model.meanTime == nil ? none : "from start to video"))\
            \(stat("Mean cost", model.meanCost, model.meanCost == nil ? none : "of a video"))</dl>
            """
    }

    private func price(_ model: ModelView) -> HTML {
        let heads: [HTML] = model.qualities.map { "<th scope=\"col\" class=\"r\">\($0.capitalized)</th>" }
        let rows: [HTML] = model.bills.map { bill in
            let credits: [HTML] = bill.credits.map { "<td class=\"r num\">\(Formatting.count($0))</td>" }
            return "<tr><th scope=\"row\">\(bill.duration)</th><td class=\"r num\">\(bill.cost)</td>\(credits)</tr>"
        }
        let structure: [HTML] = model.prices.map { "<dt>\($0.label)</dt><dd class=\"num\">\($0.amount)</dd>" }
        let table: HTML = """
            <div class="scroll-x" tabindex="0" role="region" aria-label="Cost by duration"><table class="table">\
            <caption class="visually-hidden">Cost and credits by duration</caption>\
            <thead><tr><th scope="col">Duration</th><th scope="col" class="r">Cost</th>\(heads)</tr></thead>\
            <tbody>\(rows)</tbody></table></div>
            """
        let shown: HTML =
            model.prices.isEmpty
            ? "<p class=\"quiet\">This model has no price. Costs are entered by hand.</p>"
            : "<dl class=\"model__facts\">\(structure)</dl>\(table)"
        return """
            <section class="panel stack" aria-labelledby="price"><h2 id="price">Price</h2>\(shown)\
            <p class="quiet">\(HTML.when(model.isEstimated && !model.prices.isEmpty, "The price is an estimate. "))\
            Credits are per quality. You pay for the real video, never more than the price shown before the run.</p></section>
            """
    }

    private func facts(_ model: ModelView) -> HTML {
        func fact(_ label: String, _ value: String?) -> HTML {
            HTML.when(value?.isEmpty == false, "<dt>\(label)</dt><dd>\(value ?? "")</dd>")
        }
        return """
            <section class="panel stack" aria-labelledby="facts"><h2 id="facts">What it makes</h2><dl class="model__facts">\
            \(fact("Maker", model.maker))\(fact("Provider", model.providerName))\(fact("Version", model.version))\
            \(fact("Model id", model.modelID))\(fact("Category", model.category))\
            \(fact("Makes", model.capabilities.joined(separator: ", ")))\(fact("Duration", model.durations))\
            \(fact("Qualities", model.qualities.joined(separator: ", ")))\
            \(fact("Aspect ratios", model.aspectRatios.joined(separator: ", ")))\(fact("Needs", model.requirements))\
            \(fact("Presets", model.presets.joined(separator: ", ")))</dl></section>
            """
    }

    private func expectations(_ model: ModelView) -> HTML {
        let rows: [HTML] = model.expectations.map { "<dt>\($0.title)</dt><dd>\($0.form)</dd>" }
        return HTML.when(
            !rows.isEmpty,
            """
            <section class="panel stack" aria-labelledby="expected"><h2 id="expected">What to expect</h2>\
            <dl class="model__facts">\(rows)</dl>\
            <p class="quiet">Of the runs of the last 90 days. Lengths with fewer than 20 runs are left out.</p></section>
            """)
    }

    private func parameters(_ model: ModelView) -> HTML {
        let rows: [HTML] = model.parameters.map { "<dt>\($0.title)</dt><dd>\($0.form)</dd>" }
        return HTML.when(
            !rows.isEmpty,
            """
            <section class="panel stack" aria-labelledby="parameters"><h2 id="parameters">Parameters</h2>\
            <dl class="model__facts">\(rows)</dl></section>
            """)
    }
}
