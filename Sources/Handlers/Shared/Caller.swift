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
