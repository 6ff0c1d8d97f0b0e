using System.Net.Sockets;
using System.Security.Authentication;
using Meshara.Actors.Transport;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>The texts are those of OpenSSL 3, as .NET passes them on.</summary>
public sealed class LinkFailureSpec
{
    public static TheoryData<Exception, Reason> Failures => new()
    {
        { new TransportException(Reason.KeyMismatch, "x"), Reason.KeyMismatch },
        { new IOException("Unable to read data.", new SocketException((int)SocketError.ConnectionReset)), Reason.ConnectionLost },
        { new ObjectDisposedException("stream"), Reason.ConnectionLost },
        { new OperationCanceledException(), Reason.ConnectionLost },
        { new InvalidOperationException("closed"), Reason.ConnectionLost },
        { Alert("error:0A00045C:SSL routines::tlsv13 alert certificate required"), Reason.HandshakeRejected },
        { Alert("error:0A000412:SSL routines::sslv3 alert bad certificate"), Reason.HandshakeRejected },
        { Alert("error:0A000416:SSL routines::ssl/tls alert certificate unknown"), Reason.HandshakeRejected },
        { Alert("error:0A000460:SSL routines::tlsv1 alert no application protocol"), Reason.AlpnMismatch },
        { Alert("error:0A00042E:SSL routines::tlsv1 alert protocol version"), Reason.ProtocolError },
    };

    public static TheoryData<Exception, Reason> Handshakes => new()
    {
        { new TransportException(Reason.KeyMismatch, "x"), Reason.KeyMismatch },
        { new IOException("Received an unexpected EOF or 0 bytes from the transport stream."), Reason.HandshakeRejected },
        { new SocketException((int)SocketError.ConnectionReset), Reason.HandshakeRejected },
        { Failed("error:0A0000C7:SSL routines::peer did not return a certificate"), Reason.BadCertificate },
        { Failed("error:0A0000EB:SSL routines::no application protocol"), Reason.AlpnMismatch },
        { Failed("error:0A000102:SSL routines::unsupported protocol"), Reason.ProtocolError },
        { Failed("error:0A000412:SSL routines::sslv3 alert bad certificate"), Reason.HandshakeRejected },
        { new AuthenticationException("Cannot determine the frame size or a corrupted frame was received."), Reason.ProtocolError },
        { new AuthenticationException("a text of another platform"), Reason.ProtocolError },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failed_read_has_its_reason(Exception failure, Reason reason) => LinkFailure.ReasonOf(failure).ShouldBe(reason);

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void A_failed_handshake_has_its_reason_and_one_bounded_line(Exception failure, Reason reason)
    {
        var explained = TlsFailure.Explain(failure);

        explained.Reason.ShouldBe(reason);
        explained.Message.ShouldNotContain('\n');
        explained.Message.Length.ShouldBeLessThanOrEqualTo(160);
    }

    [Fact]
    public void A_long_text_is_cut_and_a_line_break_is_none() =>
        TlsFailure.Explain(new IOException("a\r\n" + new string('x', 500))).Message.ShouldBe("a  " + new string('x', 157));

    private static IOException Alert(string text) =>
        new("The decryption operation failed, see inner exception.", new InvalidOperationException(text));

    private static AuthenticationException Failed(string text) =>
        new("Authentication failed, see inner exception.", new InvalidOperationException("SSL Handshake failed.", new InvalidOperationException(text)));
}
