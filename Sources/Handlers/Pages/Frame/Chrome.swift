internal import HTML

extension Site {
    /// The bar at the top: the brand, the way around, the round, the account.
    func topbar(_ page: Page, isWideOnly: Bool, hasTabbar: Bool = true) -> HTML {
        """
        <header class="topbar\(isWideOnly ? " wide-only" : "")">
          \(brandLink)
          <nav class="topnav wide-only" aria-label="Main">\
        \(Destination.main.map { $0.link(current: page.section ?? page.path) })\
        <a href="\(Destination.administration[0].path)" data-admin hidden\
        \(HTML.when(page.path.hasPrefix("/admin"), " aria-current=\"page\""))>Admin</a></nav>
          <span class="grow"></span>
          \(Fragments.standing(page.film?.current))
          \(Fragments.onAir(page.film?.current, isKnown: page.film != nil))
          \(bell(path: page.path, isWideOnly: hasTabbar))\(accountButton(isWideOnly: hasTabbar))
        </header>
        """
    }

    /// The bar at the foot of a phone's screen. Where the page knows no film, a module puts the first tab right.
    func tabbar(_ page: Page, isTheatre: Bool) -> HTML {
        let tabs = Destination.tabs(isRoundOpen: page.film.map { $0.round != nil } ?? true)
        let links = tabs.enumerated().map { place, tab -> HTML in
            let name: HTML = place == 0 ? " data-round-tab" : HTML.when(tab.path == "/story", " data-story-tab")
            return tab.tab(current: page.section ?? page.path, names: name)
        }
        return """
            <nav class="tabbar\(isTheatre ? " theatre" : "")" aria-label="Main, phone">\(links)\
            <button type="button" popovertarget="account-menu"\
            \(HTML.when(page.section == "/profile", " aria-current=\"page\""))>\(Icon.person.image)<span>Profile</span>\
            <span class="bell__dot" data-unread hidden></span></button></nav>
            """
    }

    /// What leads to the notifications; a module puts the number of those that are not read into it. It is there for visitors
    /// too, so that nothing moves once it is known who is signed in.
    func bell(path: String, isWideOnly: Bool, _ attributes: HTML = .empty) -> HTML {
        """
        <a class="bell\(isWideOnly ? " wide-only" : "")" href="/notifications" aria-label="Notifications" data-bell\(attributes)\
        \(HTML.when(path == "/notifications", " aria-current=\"page\""))>\(Icon.bell.image)\
        <span class="bell__count" aria-hidden="true" data-unread hidden></span></a>
        """
    }

    /// What opens the account menu from the top bar; the module puts the member's picture into it.
    func accountButton(isWideOnly: Bool) -> HTML {
        """
        <button class="account\(isWideOnly ? " wide-only" : "")" type="button" popovertarget="account-menu" \
        aria-label="Profile and appearance" data-account>\(Icon.person.image)</button>
        """
    }

    /// The menu of the account. It opens and leads to the sign-in page without any script.
    var accountMenu: HTML {
        """
        <div class="menu" id="account-menu" popover aria-label="Profile and appearance" role="dialog">
          <div class="stack stack--tight" data-visitor><p class="muted">You can vote without an account. To send in a take, \
        sign in.</p>\
        <a class="btn btn--primary" href="/sign-in">Sign in</a></div>
          <div class="stack stack--tight" data-member hidden><p class="who"><span data-member-picture></span>\
        <b class="clip-text" data-member-name></b></p>\
        <a class="btn" href="/notifications" data-bell>Notifications \
        <span class="bell__count" aria-hidden="true" data-unread hidden></span></a>\
        <a class="btn" href="/profile">Profile</a>\
        <a class="btn" href="/profile/clips">My takes</a>\
        <a class="btn" href="/settings">Settings</a>\
        <a class="btn" href="/admin/clips" data-admin hidden>Review clips</a></div>
          <fieldset class="stack stack--tight with-js"><legend class="label">Appearance</legend>
            <div class="seg" data-theme-choice>\
        <label><input type="radio" name="theme" value="dark">Dark</label>\
        <label><input type="radio" name="theme" value="light">Light</label>\
        <label><input type="radio" name="theme" value="auto">System</label></div>
          </fieldset>
          <label class="check with-js"><input type="checkbox" data-still-choice><span>Reduce motion</span>\
        </label>
          <button class="btn" type="button" data-install hidden>Install the app</button>
          <button class="btn" type="button" data-member data-sign-out hidden>Sign out</button>
          <p class="menu__links">\(Destination.menu.map { $0.link(current: "") })</p>
        </div>
        """
    }

    /// The question about storage, in the flow above the foot until it was answered. A stage does not ask: it stores
    /// nothing that needs an answer.
    var cookieNotice: HTML {
        """
        <section class="cookies with-js" aria-label="Cookies" data-cookies><p><a class="link" href="/cookies">We store \
        only what the site needs.</a> May we also remember that you have seen the intro?</p>\
        <button class="btn btn--sm" type="button" data-consent="accepted">Yes</button>\
        <button class="btn btn--sm" type="button" data-consent="rejected">No</button></section>
        """
    }
}
