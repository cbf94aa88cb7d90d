public import FoundationEssentials
public import HTTP
public import Identity

extension Request {
    /// What the request reveals about the device that sent it.
    public var deviceTraits: DeviceTraits {
        DeviceTraits(address: clientAddress) { headers[$0] }
    }
}

extension Context {
    /// What the request reveals about the device that sent it.
    public var deviceTraits: DeviceTraits { request.deviceTraits }

    /// Who votes by this request: the member, else the device, with the keys that counting needs.
    public func voter(_ identity: IdentityService) -> Voter {
        identity.voterKeys.voter(
            deviceTraits, cookie: request.cookies[identity.cookies.voter], member: caller.member?.id, at: now)
    }

    /// The key under which the votes of the caller are counted. It is cheaper than the whole `voter`.
    public func voterKey(_ identity: IdentityService) -> String {
        identity.voterKeys.key(deviceTraits, member: caller.member?.id)
    }
}

extension IdentityService {
    /// A new form token for the sender of a request. Without a session it is bound to the voter cookie, which is set
    /// when the browser has none.
    public func formToken(for context: Context) -> (FormToken, expiresAt: Date) {
        let kept = context.request.cookies[cookies.voter].flatMap(VoterCookie.init)
        let voter = kept ?? .random()
        let binding = context.caller.member.map { CSRFTokens.Binding.session($0.sessionID) } ?? .voter(voter.text)
        let (token, expiresAt) = csrf.issue(binding, at: context.now)
        let cookie = SetCookie(
            cookies.voter, voter.text, maxAge: CookieNames.voterLife, isSecure: cookies.isSecure)
        return (FormToken(token: token, cookie: kept == nil ? cookie : nil), expiresAt)
    }
}
