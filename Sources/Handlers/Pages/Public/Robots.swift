extension Site {
    /// What crawlers may read: everything public, nothing personal.
    var robots: String {
        """
        User-agent: *
        Disallow: /admin/
        Disallow: /api/
        Disallow: /sign-in
        Disallow: /onboarding
        Disallow: /settings

        """
    }
}
