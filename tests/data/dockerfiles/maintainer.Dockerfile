FROM a
MAINTAINER b c <d@e>
