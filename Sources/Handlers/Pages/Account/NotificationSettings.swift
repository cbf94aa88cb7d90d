internal import HTML
internal import HTTP
internal import Notifications

/// How a member wants to be notified, as the settings show it.
struct NotificationSettingsView: Sendable {
    var choices: [NotificationChoice]
    var digest: DigestChoice
    /// How many browsers are subscribed, for which the page keeps room.
    var browsers = 0
}

extension Site {
    /// The section of the settings: what is listed, pushed and mailed, this browser's push, and the digest.
    func notificationSettings(_ view: NotificationSettingsView, _ form: FormState) -> HTML {
        let mailed = isMailOn && view.digest.address != nil
        return section(
            "notifications", "Notifications", "What you learn of, and how. Changes are saved at once.",
            """
            \(push)\
            \(form.form("/api/notifications/preferences", names: "stack", "data-notification-choices", content: """
            \(table(view.choices, mailed: mailed))\
            \(isMailOn ? digest(view.digest) : .empty)\
            <div class="row without-js"><button class="btn" type="submit">Save</button></div>
            """))
            """)
    }

    /// The state of this browser, which only a module knows.
    private var push: HTML {
        """
        <div class="stack stack--tight" data-push><h3 class="label">Push in this browser</h3>\
        <p class="quiet without-js">Push needs JavaScript.</p>\
        <div class="stack stack--tight with-js"><p class="push-state" data-push-state aria-live="polite">Checking…</p>\
        <p class="quiet">Your browser will ask whether this site may show notifications. They arrive even \
        when the site is closed. Each is encrypted for this browser; the push service of its maker passes it on and cannot \
        read it. Push ends when you sign out.</p>\
        <div class="row push-row"><button class="btn" type="button" data-push-on hidden>Turn on push</button>\
        <button class="btn" type="button" data-push-off hidden>Turn off push</button></div>\
        <ul class="rows" data-push-browsers hidden></ul></div></div>
        """
    }

    private func table(_ choices: [NotificationChoice], mailed: Bool) -> HTML {
        let rows = choices.map { choice -> HTML in
            """
            <tr><th scope="row">\(choice.kind.occasion)</th>\
            \(box("inApp", choice, choice.isInApp, "on the site"))\(box("push", choice, choice.isPushed, "by push"))\
            \(HTML.when(mailed, box("email", choice, choice.isMailed, "in the digest")))</tr>
            """
        }
        // A column without any mark would say nothing; the word `none` says that it is empty.
        let ways = ["inApp", "push"] + (mailed ? ["email"] : [])
        return """
            \(ways.map { "<input type=\"hidden\" name=\"\($0)\" value=\"none\">" as HTML })\
            <table class="ways"><caption class="visually-hidden">How you learn of what</caption><thead><tr>\
            <th scope="col">When</th><th scope="col">Site</th><th scope="col">Push</th>\
            \(HTML.when(mailed, "<th scope=\"col\">Digest</th>"))</tr></thead><tbody>\(rows)</tbody></table>
            """
    }

    private func box(_ way: String, _ choice: NotificationChoice, _ isOn: Bool, _ words: String) -> HTML {
        """
        <td><label class="ways__box"><input type="checkbox" name="\(way)" value="\(choice.kind.rawValue)" \
        aria-label="\(choice.kind.occasion): \(words)"\(HTML.when(isOn, " checked"))></label></td>
        """
    }

    private func digest(_ choice: DigestChoice) -> HTML {
        guard let address = choice.address else {
            return """
                <p class="quiet">A digest by mail needs an e-mail address. Add one under \
                <a class="link" href="#methods">Ways to sign in</a>.</p>
                """
        }
        let options: [(DigestFrequency, HTML)] = [(.off, "Never"), (.daily, "Each day"), (.weekly, "Each Monday")]
        let comparisons = FormCheckbox(name: "comparisons", label: "New comparisons", isOn: choice.hasComparisons)
        let winners = FormCheckbox(
            name: "winners", label: "Winning takes of creators you follow", isOn: choice.hasWinners)
        return """
            <fieldset class="stack stack--tight"><legend class="label">Digest by mail</legend>\
            <p class="quiet">To <span class="clip-text">\(address)</span>, at 07:00 UTC. Each mail has a link that ends them.</p>\
            <div class="field"><label for="digest">How often</label><select class="input" id="digest" name="digest">\
            \(options.map { word, label in """
            <option value="\(word.rawValue)"\(HTML.when(word == choice.frequency, " selected"))>\(label)</option>
            """ as HTML })</select></div>\
            \(comparisons.markup(.none, of: ""))\(winners.markup(.none, of: ""))\
            <p class="hint hint--bad" role="alert" data-form-fault hidden></p></fieldset>
            """
    }
}
