internal import HTML

extension Site {
    /// Whom the member has blocked. The list is the module's.
    var blockedMembers: HTML {
        """
        <section class="setting with-js" aria-labelledby="blocked"><div><h2 id="blocked">Blocked members</h2>\
        <p class="muted">You don't see their comments, and they can't reply to yours.</p></div><div class="stack">\
        <ul class="rows" data-blocked aria-busy="true"><li><span class="skeleton skeleton--line"></span></li></ul></div></section>
        """
    }
}
