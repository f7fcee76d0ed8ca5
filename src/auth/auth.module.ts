import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { KeyObject } from 'node:crypto';
import { Env } from '../config/env.js';
import { ActiveUsers } from './active-users.js';
import { AuthController } from './auth.controller.js';
import { ConfiguredAdmin } from './configured-admin.js';
import { AccessCheck } from './guards/access-check.js';
import { JWT_ALGORITHM, JWT_AUDIENCE, JWT_ISSUER, JWT_KEY } from './jwt.js';
import { JwtStrategy } from './jwt.strategy.js';
import { Passwords } from './passwords.js';
import { SessionsService } from './sessions.service.js';
import { User } from './user.entity.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [
    DiscoveryModule,
    PassportModule,
    TypeOrmModule.forFeature([User]),
    JwtModule.registerAsync({
      inject: [JWT_KEY, Env],
      useFactory: (key: KeyObject, env: Env) => ({
        secret: key,
        signOptions: {
          algorithm: JWT_ALGORITHM,
          issuer: JWT_ISSUER,
          audience: JWT_AUDIENCE,
          expiresIn: env.ACCESS_TOKEN_TTL,
        },
      }),
    }),
  ],
  controllers: [AuthController],
  providers: [
    AccessCheck,
    ActiveUsers,
    ConfiguredAdmin,
    JwtStrategy,
    Passwords,
    SessionsService,
    UsersService,
  ],
})
export class AuthModule {}
