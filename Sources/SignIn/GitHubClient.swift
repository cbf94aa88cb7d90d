internal import HTTPClient

/// Speaks GitHub's OAuth. There is no signed statement: who it is, GitHub's API says over TLS.
struct GitHubClient: Sendable {
    private struct Token: Decodable {
        let token: String?
        let error: String?

        enum CodingKeys: String, CodingKey {
            case error
            case token = "access_token"
        }
    }

    private struct User: Decodable {
        let id: Int64
    }

    private struct Address: Decodable {
        let email: String
        let primary: Bool
        let verified: Bool
    }

    let baseURL: String
    let apiURL: String
    let clientID: String
    let clientSecret: String
    private let http = ProviderHTTPClient()

    init(baseURL: String, apiURL: String, clientID: String, clientSecret: String) {
        self.baseURL = baseURL
        self.apiURL = apiURL
        self.clientID = clientID
        self.clientSecret = clientSecret
    }

    /// The page of the provider to send a person to.
    func authorizationURL(state: String, verifier: String, callback: String) -> String {
        "\(baseURL)/login/oauth/authorize".adding([
            ("client_id", clientID), ("redirect_uri", callback), ("scope", "read:user user:email"), ("state", state),
            ("code_challenge", ProofKey.challenge(verifier)), ("code_challenge_method", "S256"),
        ])
    }

    /// Turns the code of a callback into an account.
    func account(code: String, verifier: String, callback: String) throws(ProviderFault) -> ProviderAccount {
        let token = try exchange(code, verifier, callback)
        let headers = [
            (name: "Authorization", value: "Bearer \(token)"), (name: "Accept", value: "application/vnd.github+json"),
            (name: "X-GitHub-Api-Version", value: "2022-11-28"),
        ]
        let (user, _): (User, IncomingResponse) = try http.fetch(
            "\(apiURL)/user", headers: headers, from: "GitHub's API")
        let address = try primaryAddress(headers)
        return ProviderAccount(
            subject: String(user.id), email: address?.email, emailIsVerified: address?.verified ?? false)
    }

    private func exchange(_ code: String, _ verifier: String, _ callback: String) throws(ProviderFault) -> String {
        let place = "GitHub's token endpoint"
        let response = try http.send(
            http.form(
                "\(baseURL)/login/oauth/access_token",
                [
                    ("client_id", clientID), ("client_secret", clientSecret), ("code", code),
                    ("redirect_uri", callback), ("code_verifier", verifier),
                ]), to: place)
        let answer: Token = try http.decode(response, from: place)
        // GitHub tells errors with status 200.
        if let error = answer.error { throw .refused("\(place) answered \(error.prefix(64))") }
        guard response.status == 200, let token = answer.token, !token.isEmpty,
            token.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { throw .refused("\(place) answered \(response.status) without a token") }
        return token
    }

    /// The primary address. Somebody may have refused to show any, which is no reason to keep them out.
    private func primaryAddress(_ headers: [(name: String, value: String)]) throws(ProviderFault) -> Address? {
        let place = "GitHub's list of addresses"
        let response = try http.send(
            OutgoingRequest(url: "\(apiURL)/user/emails", headers: headers), to: place)
        if response.header("x-ratelimit-remaining") == "0", response.status == 403 {
            throw .unavailable("\(place): the limit is reached")
        }
        guard response.status == 200 else { return nil }
        let addresses: [Address] = try http.decode(response, from: place)
        return addresses.first(where: \.primary)
    }
}
